// Removes the native libraries of other platforms from an installed node_modules, some 200 MB:
//   node deploy/prune-platforms.mjs
// In the folder that holds node_modules. Fails when the library of this platform is missing, so that
// an image without it is never built.

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Rust's names of the platforms, as the folders of the Temporal SDK's releases are called. */
const TARGETS = new Map([
  ['linux-x64', 'x86_64-unknown-linux-gnu'],
  ['linux-arm64', 'aarch64-unknown-linux-gnu'],
]);

const releases = join(process.cwd(), 'node_modules/@temporalio/core-bridge/releases');
const platform = `${process.platform}-${process.arch}`;
const kept = TARGETS.get(platform);

if (kept === undefined) {
  console.error(`prune: no image is built for ${platform}`);
  process.exitCode = 1;
} else if (!existsSync(join(releases, kept, 'index.node'))) {
  console.error(`prune: ${join(releases, kept, 'index.node')} is missing`);
  process.exitCode = 1;
} else {
  for (const name of readdirSync(releases)) {
    if (name !== kept) rmSync(join(releases, name), { recursive: true });
  }
  console.log(`prune: kept ${kept}`);
}
