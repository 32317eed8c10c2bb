import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const WITH_TEMPORAL = ['workflows', 'api', 'workers'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);
const END_TO_END = ['test/e2e/**/*.test.ts'];

// Thread pools ran out of memory with Temporal's native module, so the pool is forks.
// At most four at once: each test process with a worker of its own takes some 200 MB. A process runs
// many files: to load the AWS and Temporal SDKs anew for each takes longer than most of their tests.
const shared = {
  pool: 'forks',
  isolate: false,
  setupFiles: 'test/quiet-setup.ts',
  maxWorkers: Math.min(4, Math.max(2, availableParallelism())),
  restoreMocks: true,
} as const;

/** Where `.ci/run` wants the results as JSON; everybody else only reads the screen. */
const resultsFile = process.env['TEST_RESULTS_FILE'] ?? '';

export default defineConfig({
  test: {
    reporters:
      resultsFile === '' ? ['default'] : ['default', ['json', { outputFile: resultsFile }]],
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...WITH_TEMPORAL, ...END_TO_END],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'temporal',
          include: WITH_TEMPORAL,
          globalSetup: 'test/global-setup.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // After the others: a whole product takes two cores when it starts, and mostly waits then.
        test: {
          ...shared,
          name: 'e2e',
          include: END_TO_END,
          globalSetup: 'test/global-setup.ts',
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
