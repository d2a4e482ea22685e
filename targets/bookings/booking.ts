import type { ClientContext } from '../../src/core/context.js';
import { USUAL_MINUTES, type BookInput, type Booking } from '../../scenarios/bookings/contract.js';
import { endOf } from '../../scenarios/bookings/times.js';

/** How long a booking lasts. */
export function minutesOf({ parameters }: Pick<ClientContext, 'parameters'>): number {
  return parameters.minutes ?? USUAL_MINUTES;
}

/** The booking that is asked for, with its end. */
export function bookingOf(context: Pick<ClientContext, 'parameters'>, input: BookInput): Booking {
  const { restaurant, table, date, start, guests } = input;
  return { restaurant, table, date, start, end: endOf(start, minutesOf(context)), guests };
}

/** Of one table and day: do they share a minute? Times of a day compare as text. */
export function overlap(one: Booking, other: Booking): boolean {
  return one.start < other.end && other.start < one.end;
}
