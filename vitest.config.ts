import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,scenarios,targets,scripts}/**/*.test.ts'],
    // Servers and child processes share two cores with the tests: more at once only makes them wait for each other. Many wait
    // for a time limit, which costs a worker and no core.
    maxWorkers: 3,
    // Of tests that may run side by side, no more than do: else their time goes by while they wait for a turn (see `takeTurn`).
    maxConcurrency: 2,
    reporters: ['default', './scripts/closing-line-reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
