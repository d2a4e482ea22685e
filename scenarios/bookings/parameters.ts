import type { Parameter } from '../../src/core/scenario.js';
import { lockLimit } from '../lock-limit.js';
import { USUAL_MINUTES, type Booking, type BookInput } from './contract.js';
import { endOf, MINUTES_A_DAY, minutesOf } from './times.js';

/** The numbers of a lock: how often one looks whether it is free, for how long, and when it lapses. */
export type LockTimes = {
  readonly expiryMs: number;
  readonly limitMs: number;
  readonly retryMs: number;
};

/** One table at one time, as everybody wants it. */
export const DINNER = { restaurant: 1, table: 5, date: '2026-02-11', start: '18:00', guests: 2 } as const;

export const MINUTES: Parameter = {
  default: USUAL_MINUTES,
  min: 1,
  max: MINUTES_A_DAY,
  describe: 'minutes that a booking lasts',
};

/** The same proportions at any scale: an expiry of 30,000 ms goes with a limit of 10,000 ms and a look every 100 ms. */
export const LOCK_TIMES: { readonly [K in keyof LockTimes]: Parameter } = {
  expiryMs: { default: 600, min: 20, max: 600_000, describe: 'milliseconds after which a lock lapses' },
  limitMs: limitMs(),
  retryMs: {
    default: ({ expiryMs = 0 }) => Math.max(1, Math.round(expiryMs / 300)),
    min: 1,
    max: 60_000,
    describe: 'milliseconds between two tries, where the strategy tries again',
  },
};

/** How long anybody waits for a lock; no shorter than this. */
export function limitMs(shortestMs?: number): Parameter {
  return lockLimit('milliseconds that anybody waits for a lock, where the strategy waits at all', shortestMs);
}

/**
 * Where nobody is stalled no lock may lapse under its holder, and nobody give up because the one before is slow, on however busy
 * a machine: that would be another scenario.
 */
export const UNHURRIED: typeof LOCK_TIMES = {
  ...LOCK_TIMES,
  expiryMs: { ...LOCK_TIMES.expiryMs, default: 3_000 },
};

/** Leases: when their time is up, or by the store's own clock (MongoDB removes them once a minute). */
export const LAPSE: Parameter = {
  default: 1,
  min: 0,
  max: 1,
  describe:
    'whether the lock of a stalled or dead client lapses on time (1) or when the store removes it (0)',
};

/** Clients for a table; the most that a server is asked to hold. */
export function clientsParameter(count: number, min: number, max = 10_000): Parameter {
  return { default: count, min, max, describe: 'clients' };
}

/** What everybody finds: a free table. */
export function freeTable(minutes = USUAL_MINUTES) {
  const { restaurant, table } = DINNER;
  return { minutes, tables: [{ restaurant, table }], bookings: [] satisfies Booking[] };
}

/** A booking is of one day. */
export function endProblems(last: BookInput, minutes: number): string[] {
  return minutesOf(last.start) + minutes > MINUTES_A_DAY
    ? [
        `A booking at ${last.start} for ${minutes} minutes would end on the next day, at ${endOf(last.start, minutes)}.`,
      ]
    : [];
}
