import type { ClientContext } from '../../../src/core/context.js';
import { readComputeWrite, type Claim, type Operations } from '../read-compute-write.js';
import { LockManager, type Acquisition } from './lock-manager.js';
import type { OrderDatabase } from './schema.js';
import { plainTables } from './tables.js';

/** In which order, and as what, the claims of an operation are asked for. */
export type Arrange = (claims: readonly Claim[]) => readonly Claim[];

/**
 * The plain way under two-phase locking: acquires all locks while it grows, shrinks, does its work, and releases all of them,
 * after an error too. Who looks first and may then change holds a reader's lock for the look, and is still growing.
 */
export function underLocks(
  database: OrderDatabase,
  context: ClientContext,
  target: OrderDatabase,
  acquisition: Acquisition,
  arrange: Arrange,
): Operations {
  const manager = new LockManager(database.locks, context, acquisition, (_id) =>
    target.locks.deleteOne({ _id, status: 'active' }),
  );
  return readComputeWrite(context, async (claims, body) => {
    const transaction = manager.begin();
    const arranged = arrange(claims);
    const growing = arranged.filter(({ mode, mayChange }) => mayChange && mode === 'shared');
    try {
      for (const { key, mode } of arranged) await transaction.acquire(key, mode);
      if (growing.length === 0) await transaction.shrink();
      const answer = await body({
        ...plainTables(database, context),
        strengthen: async () => {
          if (growing.length === 0) return;
          for (const { key } of growing) await transaction.acquire(key, 'exclusive');
          await transaction.shrink();
        },
      });
      await context.point('before-release');
      return answer;
    } finally {
      await transaction.releaseAll();
    }
  });
}

/** As they come. */
export const asGiven: Arrange = (claims) => claims;

/** By key, and for what may be changed the writer's lock at once: nobody waits for who waits for him. */
export const inOneOrder: Arrange = (claims) =>
  claims
    .map((claim): Claim => (claim.mayChange ? { ...claim, mode: 'exclusive' } : claim))
    .toSorted((one, other) => (one.key < other.key ? -1 : Number(one.key > other.key)));
