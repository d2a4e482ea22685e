import { findProgram } from '../process/find-program.js';
import { findMongoProgram } from './mongodb/programs.js';

const HERE = {
  mongodb: () => findMongoProgram() !== undefined,
  redis: () => ['redis-server', 'valkey-server'].some((name) => findProgram(name) !== undefined),
} as const;

/**
 * Why the tests of a store are skipped, with the command that gets it; undefined where it is here. Where RACE_CHECK_REQUIRE
 * names the store, that it is missing is an error.
 */
export function whyMissing(store: keyof typeof HERE): string | undefined {
  if (HERE[store]()) return undefined;
  const reason = `skipped: there is no ${store} server on this machine; .ci/provision gets one`;
  if (isRequired(store)) throw new Error(reason);
  return reason;
}

/** Whether RACE_CHECK_REQUIRE names it. */
export function isRequired(store: string): boolean {
  return (process.env['RACE_CHECK_REQUIRE'] ?? '').split(',').includes(store);
}
