import { inTransaction, type Session } from '../../../src/stores/postgres/connect.js';
import type { BookInput, LeftLock } from '../../../scenarios/bookings/contract.js';
import { underLock } from '../../locking.js';
import { lockTimesOf, untilLimit } from '../limits.js';
import { bookingsOnPostgres } from './schema.js';
import { checkThenBook, isBusy } from './steps.js';

/** The table's, whatever the time: bookings that overlap must meet at one lock. */
export function tableKey({ restaurant, table }: BookInput): string {
  return `table ${restaurant}/${table}`;
}

/** Advisory locks of this namespace's bookings that somebody still holds. The server drops them with their session. */
export async function advisoryLocks(session: Session): Promise<LeftLock[]> {
  const { rows } = await session.query<{ key: string }>(
    `select 'advisory lock ' || objid as key from pg_locks where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())
      and classid = 'booking'::regclass::oid`,
  );
  return rows.map(({ key }) => ({ key, process: null, lapses: false }));
}

/**
 * Takes an advisory lock on the table, then looks and inserts. The server lets go when the transaction ends, and when the
 * session does: it knows when its holder is dead, so no expiry is needed, and no holder can outlive its lock.
 *
 * The key is the relation's oid and a hash of the table; two tables with one hash only wait for each other.
 */
export default bookingsOnPostgres({
  strategy: 'advisory-lock',
  summary: 'Takes an advisory lock on the table for the transaction, looks, inserts.',
  prevents:
    'Double bookings, among those who take the lock; locks that a dead client leaves. Nothing against those who do not.',
  costs:
    'One guest of a table at a time, for the limit at most. A holder that stalls is waited for: nothing takes its lock away.',
  source: 'https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS',
  expectations: {
    'table-booking': 'holds',
    'overlapping-slots': 'holds',
    'stalled-holder': 'holds',
    'stale-release': 'holds',
    'crashed-holder': 'holds',
  },
  book: (session, input, context) =>
    untilLimit(context, isBusy, () =>
      inTransaction(session, context, 'read committed', async () => {
        await session.query("select set_config('lock_timeout', $1, true)", [
          `${lockTimesOf(context).limitMs}ms`,
        ]);
        return underLock(
          context,
          [tableKey(input)],
          () =>
            session.query("select pg_advisory_xact_lock('booking'::regclass::oid::int, hashtext($1))", [
              tableKey(input),
            ]),
          () => checkThenBook(session, context, input),
        );
      }),
    ),
  locksLeft: advisoryLocks,
});
