import type { ClientContext } from '../../../src/core/context.js';
import type { CheckoutInput, CheckoutOutcome } from '../../../scenarios/checkout/contract.js';
import { inTransaction, type Session } from '../../../src/stores/postgres/connect.js';
import { readCheckWrite } from './steps.js';

/** The queue: a request is open as long as it has no answer. */
export const REQUEST_TABLE = {
  request:
    'id int generated always as identity primary key, buyer int not null, cart jsonb not null, answer jsonb',
};

/** A buyer looks for the answer after 1 ms, 2 ms, 4 ms, ... and then every so often: about seven looks for 33 buyers at once. */
const LONGEST_WAIT_MS = 16;

/** Puts a request into the queue and waits for its answer. */
export async function request(
  session: Session,
  context: ClientContext,
  { buyer, cart }: CheckoutInput,
): Promise<CheckoutOutcome> {
  const inserted = await session.query<{ id: number }>(
    'insert into request (buyer, cart) values ($1, $2) returning id',
    [buyer, JSON.stringify(cart)],
  );
  await context.point('written');
  for (let waitMs = 1; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    await context.sleep(waitMs);
    const { rows } = await session.query<{ answer: CheckoutOutcome }>(
      'select answer from request where id = $1 and answer is not null',
      [inserted.rows[0]?.id],
    );
    if (rows[0]) return rows[0].answer;
  }
}

/**
 * Works off the oldest open request, naively, in one transaction with its answer; false when there was none. `locking` is for
 * the read of the request.
 */
export function workOffOldest(session: Session, context: ClientContext, locking = ''): Promise<boolean> {
  return inTransaction(session, context, 'read committed', async () => {
    const { rows } = await session.query<CheckoutInput & { id: number }>(
      `select id, buyer, cart from request where answer is null order by id limit 1 ${locking}`,
    );
    const oldest = rows[0];
    if (oldest === undefined) return false;
    const answer = await readCheckWrite(session, context, oldest);
    await session.query('update request set answer = $2 where id = $1', [oldest.id, JSON.stringify(answer)]);
    return true;
  });
}
