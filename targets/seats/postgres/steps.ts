import type { ClientContext } from '../../../src/core/context.js';
import type { Session } from '../../../src/stores/postgres/connect.js';
import type { SeatOutcome, SeatRequest } from '../../../scenarios/seats/contract.js';
import { BOOKED, NO_SEAT } from '../booking.js';
import { storeBooking } from './schema.js';

/** Decides by what was read before, writes the number that follows from it, and stores the booking. */
export async function decideWrite(
  session: Session,
  context: ClientContext,
  request: SeatRequest,
  free: number,
): Promise<SeatOutcome> {
  const { trip, seats } = request;
  if (free < seats) return NO_SEAT;
  await context.point('checked');
  await session.query('update trip set seats = $2 where id = $1', [trip, free - seats]);
  context.note('write', { trip, seats: free - seats });
  await context.point('written');
  await storeBooking(session, request);
  return BOOKED;
}

/** Takes the seats if there are enough at that moment; false if not. */
export async function takeIfEnough(
  session: Session,
  context: ClientContext,
  { trip, seats }: SeatRequest,
): Promise<boolean> {
  const { rowCount } = await session.query(
    'update trip set seats = seats - $2 where id = $1 and seats >= $2',
    [trip, seats],
  );
  if (rowCount === 0) return false;
  context.note('write', { trip, by: -seats });
  return true;
}
