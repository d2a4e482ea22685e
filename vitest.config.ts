import { defineConfig } from 'vitest/config';

/**
 * Not settled yet: on a busy machine some of their claims, which depend on times of a few hundred milliseconds, are not
 * met every time. `RACE_CHECK_TESTS=all` runs them too.
 */
const UNSETTLED = [
  'src/stores/killed-run.test.ts',
  'src/stores/mongodb/by-url.test.ts',
  'targets/bookings/conformance.test.ts',
  'targets/orders/conformance.test.ts',
];

export default defineConfig({
  test: {
    exclude: process.env['RACE_CHECK_TESTS'] === 'all' ? [] : UNSETTLED,
    include: ['{src,scenarios,targets,scripts}/**/*.test.ts'],
    // Servers and child processes share two cores with the tests: more at once only makes them wait for each other.
    maxWorkers: 2,
    reporters: ['default', './scripts/closing-line-reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
