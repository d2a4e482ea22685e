import type { Parameter } from '../../src/core/scenario.js';
import { lockLimit } from '../lock-limit.js';

/** The numbers of locks and retries, in every scenario of this contract. */
export type Waiting = {
  readonly expiryMs: number;
  readonly limitMs: number;
  readonly retryMs: number;
  readonly retries: number;
};

/** A store that aborts at once instead of waiting has one client lose many tries against one other: with few of them the bound must not be what is measured. */
const FEWEST_RETRIES = 10;

/** The same proportions at any scale: an expiry of 30,000 ms goes with a limit of 10,000 ms and a look every 100 ms. */
export const WAITING: { readonly [K in keyof Waiting]: Parameter } = {
  expiryMs: { default: 600, min: 20, max: 600_000, describe: 'milliseconds after which a lock lapses' },
  limitMs: limitMs(),
  retryMs: {
    default: ({ expiryMs = 0 }) => Math.max(1, Math.round(expiryMs / 300)),
    min: 1,
    max: 60_000,
    describe: 'milliseconds between two looks at a lock that is waited for',
  },
  retries: {
    default: ({ clients = 0 }) => Math.max(FEWEST_RETRIES, clients),
    min: 0,
    max: 1_000_000,
    describe: 'how often a target that retries does so, for each attempt',
  },
};

/**
 * Where nobody is stalled beyond his lock the times leave room for a busy machine, and how often one looks does not grow with
 * them: with a look every 60 ms whoever came second waited for five times as long as the work took.
 */
function unhurried(expiryMs: number): Pick<typeof WAITING, 'expiryMs' | 'retryMs'> {
  return {
    expiryMs: { ...WAITING.expiryMs, default: expiryMs },
    retryMs: { ...WAITING.retryMs, default: 2 },
  };
}

/**
 * Everybody has his turn within the limit of 6,000 ms, also where a store takes 400 ms for a request, as one does that is
 * written in Python and shares two cores with twenty others.
 */
export const UNHURRIED = unhurried(18_000);

/**
 * Where locks as documents end in a deadlock, every such trial lasts as long as the limit: 2,000 ms, which suffices where a
 * store takes 100 ms for a request. With 6,000 ms the trials of one target took six minutes.
 */
export const UNTIL_DEADLOCKS_END = unhurried(6_000);

/** How long anybody waits for a lock; no shorter than this. */
export function limitMs(shortestMs?: number): Parameter {
  return lockLimit('milliseconds that anybody waits for a lock', shortestMs);
}

/** Members of staff, one attempt each. */
export function clientsParameter(count: number): Parameter {
  return { default: count, min: 2, max: 10_000, describe: 'clients, one attempt each' };
}

/** A sum of money, in whole units of the currency. */
export function amountParameter(amount: number, describe: string): Parameter {
  return { default: amount, min: -1_000_000, max: 1_000_000, describe };
}

/** The state at first of a scenario with orders and no discounts. */
export function ordersOf(totals: readonly number[], { limitMs }: Pick<Waiting, 'limitMs'>) {
  return {
    orders: totals.map((total, place) => ({ id: place + 1, total })),
    discounts: [],
    lockLimitMs: limitMs,
  };
}

/** Dealt out in turn. */
export function inTurn<T>(things: readonly [T, ...T[]], place: number): T {
  return things[place % things.length]!;
}
