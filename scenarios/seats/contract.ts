import { z } from 'zod';
import type { Contract } from '../../src/core/contract.js';

const tripId = z.number().int().positive();
const student = z.number().int().nonnegative();
const places = z.number().int().positive();
/** Stores answer with what they hold; a count below zero must be reportable. */
const count = z.number().int();

const input = z.object({ trip: tripId, student, seats: places });

const outcome = z.discriminatedUnion('result', [
  z.object({ result: z.literal('booked') }),
  z.object({ result: z.literal('no-seat') }),
  z.object({ result: z.literal('locked') }),
]);

const initial = z.object({
  trips: z.array(z.object({ id: tripId, name: z.string(), seats: z.number().int().nonnegative() })),
  abandonedLocks: z.array(z.object({ trip: tripId, leftMs: z.number().nonnegative() })),
});

const final = z.object({
  trips: z.array(z.object({ id: tripId, seats: count })),
  bookings: z.array(z.object({ trip: tripId, student: z.number().int(), seats: places })),
});

export type SeatRequest = z.infer<typeof input>;
export type SeatOutcome = z.infer<typeof outcome>;
export type SeatsInitial = z.infer<typeof initial>;
export type SeatsFinal = z.infer<typeof final>;
export type Trip = SeatsInitial['trips'][number];
export type AbandonedLock = SeatsInitial['abandonedLocks'][number];
export type SeatBooking = SeatsFinal['bookings'][number];

export type Seats = {
  readonly operations: {
    readonly bookSeat: { readonly input: SeatRequest; readonly output: SeatOutcome };
  };
  readonly initial: SeatsInitial;
  readonly final: SeatsFinal;
};

/**
 * One student books seats of one trip: all that were asked for, or none. A student is one attempt: no two attempts of a
 * trial share the number. `locked` is the answer of a target whose lock somebody else holds, and did not let go in time.
 *
 * `abandonedLocks` lie there when the trial begins: a client died while it held the lock of that trip, which has `leftMs`
 * to live before it may be taken over. A target whose locks outlive their holder puts them there; another has nothing to do.
 *
 * Targets tell of the free seats that they read and write, where they see them: `note('read', { trip: 1, seats: 7 })`, and
 * `note('write', { trip: 1, seats: 6 })` for a number that they set. A relative change is `note('write', { trip: 1, by: -1 })`,
 * with `seats` as well where the store told what it came to.
 */
export const seats: Contract<Seats> = {
  name: 'seats',
  summary: 'Students book the seats of a trip.',
  operations: {
    bookSeat: { input, output: outcome, keys: ({ trip }) => [`trip ${trip}`] },
  },
  initial,
  final,
};
