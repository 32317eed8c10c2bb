// Entry of `npm start`: the whole product on one machine (see START_HELP).

import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { choosePorts } from './choose-ports.ts';
import { type ProductOptions, startProduct } from './product.ts';
import { caFileIn } from './product-environment.ts';
import { projectRoot } from './project-root.ts';
import { readyMessage } from './start-messages.ts';
import {
  DEFAULT_API_PORT,
  DEFAULT_FLEET_IDLE_SECONDS,
  START_HELP,
  type StartOptions,
  parseStartOptions,
} from './start-options.ts';
import { type Supervisor, createSupervisor } from './supervisor/supervisor.ts';
import { cliRouteOptions, findTemporalCli } from './temporal/find-cli.ts';
import { UserError } from './user-error.ts';
import { warmSample } from './warm-sample.ts';

/** How long after a failed call a process's death may still be noticed. */
const FAILURE_GRACE_MS = 500;

// A build of the Temporal server may still go on when somebody asks to stop: it ends with this process.
process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseStartOptions(args);
    if (!options.isHelp) return await run(options);
    console.log(START_HELP);
    return 0;
  } catch (error) {
    tellError(error);
    return 1;
  }
}

async function run(options: StartOptions): Promise<number> {
  const stopped = whenAskedToStop();
  const product = await Promise.race([prepare(options), stopped.asked]);
  if (typeof product === 'number') return options.isOnce ? product : 0;
  const { supervisor } = product;
  stopped.onSecond(() => supervisor.kill());
  try {
    const code = await Promise.race([serve(options, product), supervisor.failed, stopped.asked]);
    // Without --once the signal is the normal end.
    return options.isOnce || code <= 1 ? code : 0;
  } catch (error) {
    tellError(await causeOf(error, supervisor));
    return 1;
  } finally {
    await stopAll(supervisor);
  }
}

/** A process that died says more than the call that failed because of it. */
function causeOf(seen: unknown, supervisor: Supervisor): Promise<unknown> {
  const death = supervisor.failed.catch((failure: unknown) => failure);
  return Promise.race([death, delay(FAILURE_GRACE_MS, seen)]);
}

function tellError(error: unknown): void {
  console.error(error instanceof UserError ? error.message : error);
}

async function prepare(options: StartOptions): Promise<ProductOptions> {
  const address = process.env['TEMPORAL_ADDRESS'] ?? '';
  const ports = await choosePorts(options.ports, address === '' ? undefined : ['api']);
  const temporal =
    address === ''
      ? { cliFile: (await findTemporalCli(cliRouteOptions((line) => console.log(line)))).file }
      : { address };
  const dataFolder = resolve(options.dataFolder ?? defaultDataFolder(ports.api));
  return {
    supervisor: createSupervisor(join(dataFolder, 'logs')),
    dataFolder,
    ports,
    temporal,
    bootDelayMs: options.bootDelayMs,
    fleetIdleSeconds: Number(process.env['FLEET_IDLE_SECONDS'] || DEFAULT_FLEET_IDLE_SECONDS),
  };
}

/** Two products at once are two databases: each chosen port has a folder of its own. */
function defaultDataFolder(apiPort: number): string {
  const folder = join(projectRoot(), '.local');
  return apiPort === DEFAULT_API_PORT ? folder : join(folder, `port-${apiPort}`);
}

/** @returns exit code, once the sample of `--once` is through; else it goes on until stopped. */
async function serve(options: StartOptions, product: ProductOptions): Promise<number> {
  console.log(
    `Starting Temporal, a simulated CloudFront, a local AWS, the api and a control worker (logs: ${join(product.dataFolder, 'logs')}) …`,
  );
  const startedAtMs = performance.now();
  const addresses = await startProduct(product);
  console.log(`Ready after ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s.\n`);
  const { isOnce, hasSample } = options;
  const { fleetIdleSeconds = DEFAULT_FLEET_IDLE_SECONDS } = product;
  const apiKey = firstApiKey();
  const sample = { addresses, apiKey, fleetIdleSeconds, waitsForFleet: isOnce };
  const warmed = hasSample ? await warmSample(sample) : undefined;
  if (isOnce) return (warmed?.isGood ?? true) ? 0 : 1;
  console.log(
    readyMessage({
      addresses,
      isKeyAsked: apiKey !== undefined,
      caFile: caFileIn(product.dataFolder),
      ...(warmed === undefined ? {} : { requestId: warmed.requestId }),
    }),
  );
  return new Promise(() => undefined);
}

function firstApiKey(): string | undefined {
  const [pair] = (process.env['API_KEYS'] ?? '').split(',');
  const key = pair?.trim().replace(/^[^=]*=/, '');
  return key === '' ? undefined : key;
}

async function stopAll(supervisor: Supervisor): Promise<void> {
  if (supervisor.running().length === 0) return;
  console.log('\nStopping …');
  await supervisor.stop();
  console.log('All processes have ended.');
}

/** `asked` resolves with the exit code that stands for the first signal. */
function whenAskedToStop() {
  let isAsked = false;
  let second: (() => void) | undefined;
  const asked = new Promise<number>((resolveAsked) => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      process.on(signal, () => {
        if (isAsked) second?.();
        isAsked = true;
        resolveAsked(code);
      });
    }
  });
  return {
    asked,
    /** What a second signal does: whoever asks twice does not want to wait. */
    onSecond(act: () => void) {
      second = act;
    },
  };
}
