import type { TargetContext } from '../../core/context.js';
import { refusedOnce } from '../no-connection.js';
import { openSession, type Session } from './session.js';

export { notHappened } from './errors.js';
export type { Session } from './session.js';
export { inTransaction, retrying, RolledBackWith, type Isolation } from './transaction.js';

/**
 * A session for a target: counted as its client's, its search path the namespace of this run. Its server process has read
 * nothing yet: a client that asks for its tables once before it is used has a first trial like the others.
 * pg neither reconnects nor repeats a statement; one that was lost with its connection throws. Rejects with pg's error.
 */
export async function connectPostgres(context: TargetContext): Promise<Session> {
  const address = context.address('postgres');
  try {
    return await openSession(address, () => context.socket('postgres'));
  } catch (error) {
    throw refusedOnce('PostgreSQL', address, error);
  }
}
