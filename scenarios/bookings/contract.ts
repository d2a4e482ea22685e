import { z } from 'zod';
import type { Contract } from '../../src/core/contract.js';

const id = z.number().int().positive();
const guests = z.number().int().positive();
const date = z.iso.date();
const start = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time such as 18:30');
/** A booking may end with the day. */
const end = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'expected a time such as 20:00');

const input = z.object({ restaurant: id, table: id, date, start, guests });

const outcome = z.object({ result: z.enum(['booked', 'being-booked', 'taken']) });

const booking = z.object({ restaurant: id, table: id, date, start, end, guests });

const lock = z.object({
  key: z.string(),
  /** The logical process of its holder; null where the store does not know it. */
  process: z.number().int().nullable(),
  /** Somebody can have it one day without any help. */
  lapses: z.boolean(),
});

const initial = z.object({
  /** How long a booking lasts. It ends on its day. */
  minutes: z.number().int().positive(),
  tables: z.array(z.object({ restaurant: id, table: id })),
  bookings: z.array(booking),
});

const final = z.object({
  /** The confirmed ones, in any order. */
  bookings: z.array(booking),
  /** What is left of locks that the strategy took: none where everything went well. */
  locks: z.array(lock),
});

export type BookInput = z.infer<typeof input>;
export type BookOutcome = z.infer<typeof outcome>;
export type Booking = z.infer<typeof booking>;
export type LeftLock = z.infer<typeof lock>;
export type BookingsInitial = z.infer<typeof initial>;
export type BookingsFinal = z.infer<typeof final>;

export type Bookings = {
  readonly operations: { readonly book: { readonly input: BookInput; readonly output: BookOutcome } };
  readonly initial: BookingsInitial;
  readonly final: BookingsFinal;
};

/** How long a booking lasts where a scenario does not say so. */
export const USUAL_MINUTES = 90;

/**
 * A client books a table of a restaurant from a time on, for as long as every booking lasts (the parameter `minutes`).
 * `taken`: a confirmed booking overlaps. `being-booked`: somebody is at it just now, try again in a moment.
 *
 * Targets tell what they saw and did: `note('read', { inTheWay: 0 })` for the number of confirmed bookings that overlap, and
 * `note('write', {})` when their own is stored; each comes when the statement has been answered. About locks they tell
 * `lock-requested`, `lock-acquired` and `lock-released` with the lock's key.
 */
export const bookings: Contract<Bookings> = {
  name: 'bookings',
  summary: 'Guests book tables of restaurants; two bookings of a table never overlap in time.',
  operations: {
    book: {
      input,
      output: outcome,
      keys: ({ restaurant, table, date: day }) => [`table ${restaurant}/${table} on ${day}`],
    },
  },
  initial,
  final,
};
