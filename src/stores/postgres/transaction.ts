import type { ClientContext, CountedEvent } from '../../core/context.js';
import { NotHappened } from '../../core/context.js';
import { isNotHappened, retryingWhile } from '../retrying.js';
import { isAborted, isProgrammingError, rolledBack, sqlState } from './errors.js';
import type { Session } from './session.js';

export type Isolation = 'read committed' | 'repeatable read' | 'serializable';

/** What a server's error is counted as, beside the rollback that it leads to. */
const COUNTED: Readonly<Record<string, CountedEvent>> = {
  '40001': 'conflict',
  '40P01': 'deadlock',
  '55P03': 'lock-timeout',
};

/**
 * What a body gives to leave its transaction without its writes, yet with an answer. Not an error: the stack of one costs
 * more than the statement that found the reason.
 */
export class RolledBackWith<T> {
  constructor(readonly answer: T) {}
}

/**
 * Runs `body` inside one transaction and commits it, or rolls it back where `body` gives `RolledBackWith`.
 *
 * When `body` throws, the transaction is rolled back as well. An error of the server then becomes `NotHappened` with its
 * SQLSTATE, except a mistake in the SQL; anything else that `body` threw is thrown on as it is. When the server does not
 * acknowledge the rollback, the error stays what it is, and the operation may have happened.
 *
 * Counts `rollback`, and `conflict`, `deadlock` or `lock-timeout` where that was the reason.
 */
export async function inTransaction<T>(
  session: Session,
  context: Pick<ClientContext, 'count'>,
  isolation: Isolation,
  body: () => Promise<T | RolledBackWith<T>>,
): Promise<T> {
  await session.query(`begin isolation level ${isolation}`);
  let answer: T | RolledBackWith<T>;
  try {
    answer = await body();
  } catch (error) {
    try {
      await session.query('rollback');
    } catch {
      throw error;
    }
    count(context, error);
    const code = sqlState(error);
    throw code === undefined || isNotHappened(error) || isProgrammingError(error)
      ? error
      : rolledBack(error, code);
  }
  if (answer instanceof RolledBackWith) {
    await session.query('rollback');
    context.count('rollback');
    return answer.answer;
  }
  await commit(session, context);
  return answer;
}

/**
 * A COMMIT can fail and leave it open whether it took effect: the answer was lost on its way. Only two answers prove that it
 * did not: an error of class 40 or 23 (a deferred constraint), and the command tag ROLLBACK, by which the server ends
 * without an error a transaction in which a statement had failed and `body` went on.
 */
async function commit(session: Session, context: Pick<ClientContext, 'count'>): Promise<void> {
  let command: string;
  try {
    ({ command } = await session.query('commit'));
  } catch (error) {
    const code = sqlState(error);
    if (code === undefined || !(isAborted(code) || code.startsWith('23'))) throw error;
    count(context, error);
    throw rolledBack(error, code);
  }
  if (command === 'ROLLBACK') {
    context.count('rollback');
    throw new NotHappened(
      'The server rolled back instead of committing: a statement in the transaction had failed, and its error was ignored.',
      '25P02',
    );
  }
}

function count(context: Pick<ClientContext, 'count'>, error: unknown): void {
  context.count('rollback');
  const event = COUNTED[sqlState(error) ?? ''];
  if (event !== undefined) context.count(event);
}

/**
 * Repeats `body` while the server aborts it (SQLSTATE class 40), at most `retries` times more, with a short random wait on
 * the run's clock before each. Counts `retry`. Throws the last `NotHappened`, and anything else at once.
 */
export function retrying<T>(
  context: Pick<ClientContext, 'count' | 'random' | 'sleep'>,
  retries: number,
  body: () => Promise<T>,
): Promise<T> {
  return retryingWhile(context, retries, ({ code }) => isAborted(code), body);
}
