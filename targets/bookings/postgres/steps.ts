import type { ClientContext, NotHappened } from '../../../src/core/context.js';
import type { BookInput, BookOutcome } from '../../../scenarios/bookings/contract.js';
import type { Session } from '../../../src/stores/postgres/connect.js';
import { minutesOf } from '../booking.js';
import { BOOKED, TAKEN } from '../outcomes.js';

/** How many confirmed bookings overlap, as one statement sees them. Those that end when it begins do not. */
export async function countInTheWay(
  session: Session,
  context: ClientContext,
  { restaurant, table, date, start }: BookInput,
): Promise<number> {
  const { rows } = await session.query<{ overlapping: number }>(
    `select count(*)::int as overlapping from booking where restaurant = $1 and dining_table = $2
      and starts < $3::timestamp + make_interval(mins => $4) and ends > $3::timestamp`,
    [restaurant, table, `${date} ${start}`, minutesOf(context)],
  );
  const inTheWay = rows[0]?.overlapping ?? 0;
  context.note('read', { inTheWay });
  return inTheWay;
}

/** Stores the booking; false where `onConflict` let the server skip it. */
export async function insertBooking(
  session: Session,
  context: ClientContext,
  { restaurant, table, date, start, guests }: BookInput,
  onConflict = '',
): Promise<boolean> {
  const { rowCount } = await session.query(
    `insert into booking (restaurant, dining_table, starts, ends, guests)
      values ($1, $2, $3::timestamp, $3::timestamp + make_interval(mins => $4), $5) ${onConflict}`,
    [restaurant, table, `${date} ${start}`, minutesOf(context), guests],
  );
  if (rowCount === 0) return false;
  context.note('write', {});
  return true;
}

/** Looks whether the table is free, and books it: right only if nobody else gets in between, and it does nothing to see to that. */
export async function checkThenBook(
  session: Session,
  context: ClientContext,
  input: BookInput,
): Promise<BookOutcome> {
  if ((await countInTheWay(session, context, input)) > 0) return TAKEN;
  await context.point('checked');
  await insertBooking(session, context, input);
  await context.point('written');
  return BOOKED;
}

/** SQLSTATEs by which the server says that somebody else is at it: an aborted transaction, a lock that was not had in time. */
export function isBusy({ code }: NotHappened): boolean {
  return (code.startsWith('40') && code !== '40003') || code === '55P03';
}
