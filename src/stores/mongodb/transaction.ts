import type { ClientSession, TransactionOptions } from 'mongodb';
import type { ClientContext, CountedEvent, NotHappened } from '../../core/context.js';
import { retryingWhile } from '../retrying.js';
import type { MongoConnection } from './connect.js';
import { aborted, isProgrammingError, isTransient, mongoCode, notHappened, serverError } from './errors.js';

/** What a server's error is counted as, beside the rollback that it leads to. */
const COUNTED: Readonly<Record<number, CountedEvent>> = {
  24: 'lock-timeout',
  50: 'lock-timeout',
  112: 'conflict',
  246: 'conflict',
};

/**
 * Runs `body` inside one transaction and commits it; the session that it is given belongs into the options of every
 * operation. Unlike the driver's `withTransaction` it repeats nothing.
 *
 * When `body` throws, the transaction is aborted. An error of the server then becomes `NotHappened` with its code, except a
 * mistake in the command: only a commit, which was never sent, could have made anything of it. An error of the connection
 * stays what it is, and the operation may have happened, so that its session is looked after. Anything else that `body`
 * threw is thrown on, so that it can leave the transaction with an answer of its own.
 *
 * Counts `rollback`, and `conflict` or `lock-timeout` where that was the reason.
 */
export async function inTransaction<T>(
  { client }: MongoConnection,
  context: Pick<ClientContext, 'count'>,
  body: (session: ClientSession) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const session = client.startSession({ causalConsistency: false });
  try {
    session.startTransaction(options);
    let answer: T;
    try {
      answer = await body(session);
    } catch (error) {
      // Where the abort fails, the transaction stands open and is found.
      await session.abortTransaction().catch(() => undefined);
      count(context, error);
      const answered = serverError(error);
      throw answered === undefined || isProgrammingError(error) ? error : aborted(answered);
    }
    await commit(session, context);
    return answer;
  } finally {
    await session.endSession();
  }
}

/**
 * A commit can fail and leave it open whether it took effect. Only one answer proves that it did not: an error that says the
 * transaction was aborted, and that it can be tried again as a whole.
 */
async function commit(session: ClientSession, context: Pick<ClientContext, 'count'>): Promise<void> {
  try {
    await session.commitTransaction();
  } catch (error) {
    const answered = serverError(error);
    if (answered === undefined || !isTransient(answered)) throw error;
    count(context, error);
    throw aborted(answered);
  }
}

function count(context: Pick<ClientContext, 'count'>, error: unknown): void {
  context.count('rollback');
  const event = COUNTED[mongoCode(error) ?? 0];
  if (event !== undefined) context.count(event);
}

/**
 * Repeats `body` while the server aborts it and says that it may succeed when it is tried again, at most `retries` times
 * more, with a short random wait on the run's clock before each. Counts `retry`. Throws the last `NotHappened`, and anything
 * else at once.
 */
export function retrying<T>(
  context: Pick<ClientContext, 'count' | 'random' | 'sleep'>,
  retries: number,
  body: () => Promise<T>,
): Promise<T> {
  const isWorthIt = ({ cause }: NotHappened) => notHappened(cause) !== undefined;
  return retryingWhile(context, retries, isWorthIt, body);
}
