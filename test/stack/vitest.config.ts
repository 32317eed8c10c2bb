import { defineConfig } from 'vitest/config';

// npm run test:stack: PostgreSQL and Temporal as docker-compose.yml runs them, without containers.
// Outside npm test, as it needs PostgreSQL, Go or a built server, and minutes.
const shared = { pool: 'forks', maxWorkers: 1, hookTimeout: 600_000 } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'stack',
          include: ['test/stack/**/*.stack.ts'],
          testTimeout: 300_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'e2e on the stack',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/stack/global-setup.ts', 'test/global-setup.ts'],
          sequence: { groupOrder: 1 },
          testTimeout: 240_000,
        },
      },
    ],
  },
});
