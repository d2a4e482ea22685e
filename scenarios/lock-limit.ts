import type { Parameter } from '../src/core/scenario.js';

/**
 * How long anybody waits for a lock: a third of its expiry, but no shorter than this. What a machine makes of 200 ms depends on
 * what else it does.
 */
export function lockLimit(describe: string, shortestMs = 1): Parameter {
  return {
    default: ({ expiryMs = 0 }) => Math.max(shortestMs, Math.round(expiryMs / 3)),
    min: 1,
    max: 600_000,
    describe,
  };
}
