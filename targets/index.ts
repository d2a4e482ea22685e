import type { ContractTypes } from '../src/core/contract.js';
import type { Target } from '../src/core/target.js';
import type { Bookings } from '../scenarios/bookings/contract.js';
import type { Checkout } from '../scenarios/checkout/contract.js';
import type { Customers } from '../scenarios/customers/contract.js';
import type { Orders } from '../scenarios/orders/contract.js';
import type { Seats } from '../scenarios/seats/contract.js';

type Load<C extends ContractTypes> = () => Promise<{ readonly default: Target<C> }>;

/** The contracts that have targets here. */
export type TargetContracts = {
  readonly checkout: Checkout;
  readonly customers: Customers;
  readonly seats: Seats;
  readonly bookings: Bookings;
  readonly orders: Orders;
};

/** Every target by contract and id, unsafe ones first; loaded when it is first needed, so a missing driver breaks only its own. */
export const TARGETS: {
  readonly [K in keyof TargetContracts]: Readonly<Record<string, Load<TargetContracts[K]>>>;
} = {
  checkout: {
    'postgres/naive': () => import('./checkout/postgres/naive.js'),
    'postgres/check-then-decrement': () => import('./checkout/postgres/check-then-decrement.js'),
    'postgres/read-committed': () => import('./checkout/postgres/read-committed.js'),
    'postgres/queue-many-workers': () => import('./checkout/postgres/queue-many-workers.js'),
    'postgres/repeatable-read': () => import('./checkout/postgres/repeatable-read.js'),
    'postgres/repeatable-read-retry': () => import('./checkout/postgres/repeatable-read-retry.js'),
    'postgres/serializable': () => import('./checkout/postgres/serializable.js'),
    'postgres/optimistic': () => import('./checkout/postgres/optimistic.js'),
    'postgres/check-constraint': () => import('./checkout/postgres/check-constraint.js'),
    'postgres/atomic-update': () => import('./checkout/postgres/atomic-update.js'),
    'postgres/for-update': () => import('./checkout/postgres/for-update.js'),
    'postgres/for-update-ordered': () => import('./checkout/postgres/for-update-ordered.js'),
    'postgres/advisory-lock': () => import('./checkout/postgres/advisory-lock.js'),
    'postgres/queue': () => import('./checkout/postgres/queue.js'),
    'mongodb/naive': () => import('./checkout/mongodb/naive.js'),
    'mongodb/conditional-update': () => import('./checkout/mongodb/conditional-update.js'),
    'mongodb/transaction': () => import('./checkout/mongodb/transaction.js'),
    'mongodb/transaction-retry': () => import('./checkout/mongodb/transaction-retry.js'),
    'redis/get-then-decr': () => import('./checkout/redis/get-then-decr.js'),
    'redis/lua': () => import('./checkout/redis/lua.js'),
    'redis/then-postgres': () => import('./checkout/redis/then-postgres.js'),
    'memory/naive': () => import('./checkout/memory/naive.js'),
    'memory/mutex': () => import('./checkout/memory/mutex.js'),
    'http/naive': () => import('./checkout/http/naive.js'),
    'http/for-update': () => import('./checkout/http/for-update.js'),
  },
  customers: {
    'mongodb/naive': () => import('./customers/mongodb/naive.js'),
    'mongodb/inc': () => import('./customers/mongodb/inc.js'),
    'mongodb/inc-transaction': () => import('./customers/mongodb/inc-transaction.js'),
    'mongodb/inc-transaction-retry': () => import('./customers/mongodb/inc-transaction-retry.js'),
    'mongodb/find-or-create': () => import('./customers/mongodb/find-or-create.js'),
    'mongodb/find-or-create-unique': () => import('./customers/mongodb/find-or-create-unique.js'),
    'postgres/naive': () => import('./customers/postgres/naive.js'),
    'postgres/sequence': () => import('./customers/postgres/sequence.js'),
    'postgres/counter-row': () => import('./customers/postgres/counter-row.js'),
    'postgres/max-plus-one-serializable': () => import('./customers/postgres/max-plus-one-serializable.js'),
    'postgres/on-conflict': () => import('./customers/postgres/on-conflict.js'),
    'redis/get-then-set': () => import('./customers/redis/get-then-set.js'),
    'redis/incr': () => import('./customers/redis/incr.js'),
    'memory/naive': () => import('./customers/memory/naive.js'),
    'memory/mutex': () => import('./customers/memory/mutex.js'),
    'http/naive': () => import('./customers/http/naive.js'),
    'http/counter-row': () => import('./customers/http/counter-row.js'),
  },
  seats: {
    'memory/naive': () => import('./seats/memory/naive.js'),
    'memory/seed-example': () => import('./seats/memory/seed-example.js'),
    'memory/busy-flag': () => import('./seats/memory/busy-flag.js'),
    'memory/mutex': () => import('./seats/memory/mutex.js'),
    'file/naive': () => import('./seats/file/naive.js'),
    'file/memory-mutex': () => import('./seats/file/memory-mutex.js'),
    'file/lock-file': () => import('./seats/file/lock-file.js'),
    'file/proper-lockfile': () => import('./seats/file/proper-lockfile.js'),
    'redis/get-then-decr': () => import('./seats/redis/get-then-decr.js'),
    'redis/memory-mutex': () => import('./seats/redis/memory-mutex.js'),
    'redis/decr-compensate': () => import('./seats/redis/decr-compensate.js'),
    'redis/set-nx': () => import('./seats/redis/set-nx.js'),
    'redis/lua': () => import('./seats/redis/lua.js'),
    'postgres/naive': () => import('./seats/postgres/naive.js'),
    'postgres/for-update': () => import('./seats/postgres/for-update.js'),
    'postgres/conditional-update': () => import('./seats/postgres/conditional-update.js'),
    'http/naive': () => import('./seats/http/naive.js'),
    'http/for-update': () => import('./seats/http/for-update.js'),
  },
  bookings: {
    'mongodb/naive': () => import('./bookings/mongodb/naive.js'),
    'mongodb/transaction': () => import('./bookings/mongodb/transaction.js'),
    'mongodb/lock-document': () => import('./bookings/mongodb/lock-document.js'),
    'mongodb/lock-per-table': () => import('./bookings/mongodb/lock-per-table.js'),
    'mongodb/pessimistic': () => import('./bookings/mongodb/pessimistic.js'),
    'mongodb/fenced-lock': () => import('./bookings/mongodb/fenced-lock.js'),
    'mongodb/slot-documents': () => import('./bookings/mongodb/slot-documents.js'),
    'postgres/naive': () => import('./bookings/postgres/naive.js'),
    'postgres/serializable': () => import('./bookings/postgres/serializable.js'),
    'postgres/advisory-lock': () => import('./bookings/postgres/advisory-lock.js'),
    'postgres/exclusion-constraint': () => import('./bookings/postgres/exclusion-constraint.js'),
    'redis/naive': () => import('./bookings/redis/naive.js'),
    'redis/set-nx-unowned': () => import('./bookings/redis/set-nx-unowned.js'),
    'redis/set-nx': () => import('./bookings/redis/set-nx.js'),
    'redis/fenced-lock': () => import('./bookings/redis/fenced-lock.js'),
    'http/naive': () => import('./bookings/http/naive.js'),
    'http/exclusion-constraint': () => import('./bookings/http/exclusion-constraint.js'),
  },
  orders: {
    'mongodb/naive': () => import('./orders/mongodb/naive.js'),
    'mongodb/two-phase-locking-check-then-create': () =>
      import('./orders/mongodb/two-phase-locking-check-then-create.js'),
    'mongodb/inc': () => import('./orders/mongodb/inc.js'),
    'mongodb/optimistic': () => import('./orders/mongodb/optimistic.js'),
    'mongodb/transaction': () => import('./orders/mongodb/transaction.js'),
    'mongodb/two-phase-locking': () => import('./orders/mongodb/two-phase-locking.js'),
    'mongodb/two-phase-locking-ordered': () => import('./orders/mongodb/two-phase-locking-ordered.js'),
    'postgres/naive': () => import('./orders/postgres/naive.js'),
    'postgres/for-update': () => import('./orders/postgres/for-update.js'),
    'postgres/for-update-ordered': () => import('./orders/postgres/for-update-ordered.js'),
    'postgres/optimistic': () => import('./orders/postgres/optimistic.js'),
    'postgres/serializable': () => import('./orders/postgres/serializable.js'),
    'http/naive': () => import('./orders/http/naive.js'),
    'http/for-update': () => import('./orders/http/for-update.js'),
  },
};

/** The ids of a contract's targets, in the order of a table. */
export function targetIds(contract: keyof TargetContracts): readonly string[] {
  return Object.keys(TARGETS[contract]);
}

/** One target; undefined when the contract has none of that id. Rejects when a module that it needs is missing. */
export async function loadTarget<K extends keyof TargetContracts>(
  contract: K,
  id: string,
): Promise<Target<TargetContracts[K]> | undefined> {
  const targets = TARGETS[contract];
  if (!Object.hasOwn(targets, id)) return undefined;
  return (await targets[id]?.())?.default;
}
