import { createHash } from 'node:crypto';
import type { RunName } from '../run-name.js';

/**
 * The advisory lock that a run holds for as long as its own session lives. Its key is derived from the run's name, since
 * such locks are shared by the whole database.
 */
export function lockKey({ prefix }: Pick<RunName, 'prefix'>): string {
  return createHash('sha256').update(prefix).digest().readBigInt64BE().toString();
}
