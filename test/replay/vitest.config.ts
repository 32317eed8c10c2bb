import { defineConfig } from 'vitest/config';

// npm run record-histories: runs every workflow path on a real server and writes its history to
// histories/, over the one that is there. `-- -t NAME` records only the tests with that name.
export default defineConfig({
  test: {
    name: 'record histories',
    include: [
      'test/replay/record.ts',
      'test/workflows/fleet.test.ts',
      'test/workflows/fleet-at-scale.test.ts',
    ],
    globalSetup: 'test/global-setup.ts',
    env: { RECORD_HISTORIES: '1' },
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
