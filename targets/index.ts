import type { ContractTypes } from '../src/core/contract.js';
import type { Target } from '../src/core/target.js';
import type { Checkout } from '../scenarios/checkout/contract.js';

type Load<C extends ContractTypes> = () => Promise<{ readonly default: Target<C> }>;

/** The contracts that have targets here. */
export type TargetContracts = { readonly checkout: Checkout };

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
    'memory/naive': () => import('./checkout/memory/naive.js'),
    'memory/mutex': () => import('./checkout/memory/mutex.js'),
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
