import { NotHappened, type ClientContext } from '../../../src/core/context.js';
import { isDuplicateKey, type Collection } from '../../../src/stores/mongodb/connect.js';
import { lockTimesOf } from '../read-compute-write.js';

export type LockType = 'shared' | 'exclusive';

/** A lock of one transaction on one resource. It stays after its release, until its time is up. */
export interface LockDocument {
  readonly _id: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly lockType: LockType;
  readonly transactionId: string;
  /** Who holds it: the client, and its logical process. */
  readonly userId: number;
  readonly process: number;
  readonly phase: 'growing' | 'shrinking';
  readonly status: 'active' | 'released';
  readonly acquiredAt: Date;
  readonly expiresAt: Date;
  readonly releasedAt?: Date;
  /** While it is active: the places that it takes. See `atomic`. */
  readonly slots?: readonly string[];
}

/** How a lock is asked for once. */
export interface Acquisition {
  /** Made once. */
  prepare(locks: Collection<LockDocument>): Promise<void>;
  /** May it be written as it stands? Says no by false; or the write itself says no, by a duplicate key. */
  allows(locks: Collection<LockDocument>, wanted: WantedLock, context: ClientContext): Promise<boolean>;
  slots(wanted: WantedLock, client: number): readonly string[] | undefined;
}

export interface WantedLock {
  readonly key: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly lockType: LockType;
  readonly transactionId: string;
}

/** How many may hold one shared lock at once; one more would wait. */
const READERS = 16;

/**
 * Acquisition in one step of the server. Each resource has so many slots, a shared lock takes one of them and an exclusive
 * lock takes all, and a unique index over the slots lets nobody take what is taken. That is the whole table of compatibility:
 * shared beside shared, and nothing beside exclusive. Nobody looks first, so nothing can come between.
 */
export const atomic: Acquisition = {
  prepare: async (locks) => {
    await locks.createIndex({ slots: 1 }, { unique: true, sparse: true });
  },
  allows: () => Promise.resolve(true),
  slots: ({ key, lockType }, client) =>
    lockType === 'shared'
      ? [`${key}/${client % READERS}`]
      : Array.from({ length: READERS }, (_, slot) => `${key}/${slot}`),
};

/**
 * Acquisition in two steps: looks for a lock that is in the way, and creates its own if there is none. Two who look before
 * either creates both find nothing, and both hold the lock.
 */
export const checkThenCreate: Acquisition = {
  prepare: () => Promise.resolve(),
  allows: async (locks, { resourceType, resourceId, lockType, transactionId }, context) => {
    const inTheWay = await locks.findOne({
      ...{ resourceType, resourceId, status: 'active' },
      transactionId: { $ne: transactionId },
      ...(lockType === 'shared' && { lockType: 'exclusive' }),
    });
    if (inTheWay) return false;
    await context.point('looked');
    return true;
  },
  slots: () => undefined,
};

/**
 * Locks kept as documents of a collection. Each lapses when its time is up: a TTL index removes it, whatever its holder does.
 * Times are the server's.
 */
export class LockManager {
  #begun = 0;

  constructor(
    readonly locks: Collection<LockDocument>,
    private readonly context: ClientContext,
    private readonly acquisition: Acquisition,
    /** On the connection of the target, for a holder who is dead. */
    readonly removeLapsed: (id: string) => Promise<unknown>,
  ) {}

  /** The indexes that the collection needs, once. */
  static async prepare(locks: Collection<LockDocument>, acquisition: Acquisition): Promise<void> {
    await locks.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
    await acquisition.prepare(locks);
  }

  begin(): LockTransaction {
    this.#begun += 1;
    // Of all clients and all their lives, no two have one process number.
    const id = `txn_${this.context.process}_${this.#begun}`;
    return new LockTransaction(id, this, this.context, this.acquisition);
  }
}

/** One transaction: it acquires locks while it grows, none once it shrinks, and releases all of them together. */
export class LockTransaction {
  #phase: LockDocument['phase'] = 'growing';
  /** Keys of what it holds. */
  readonly #held = new Set<string>();

  constructor(
    readonly id: string,
    private readonly manager: LockManager,
    private readonly context: ClientContext,
    private readonly acquisition: Acquisition,
  ) {}

  /**
   * Waits until nobody holds it in a way that does not go together, and takes it; for a lock that it holds already as shared,
   * makes it exclusive. Throws `NotHappened` after the limit, and a TypeError once it shrinks.
   */
  async acquire(key: string, lockType: LockType): Promise<void> {
    if (this.#phase !== 'growing') {
      throw new TypeError(
        `Transaction ${this.id} is shrinking: it may acquire no more locks, and asked for ${lockType} on ${key}.`,
      );
    }
    const { context } = this;
    const { expiryMs, limitMs, retryMs } = lockTimesOf(context);
    context.note('lock-requested', { key });
    const deadlineMs = context.now() + limitMs;
    for (let look = 0; ; look += 1) {
      const askedMs = context.now();
      if (await this.#tryOnce(key, lockType, expiryMs)) {
        // Counted from before the store was asked, so that the lease is never noted as longer than it is.
        const leaseMs = expiryMs - (context.now() - askedMs);
        context.note('lock-acquired', { key, mode: lockType, leaseMs });
        return context.point('locked');
      }
      if (look === 0) context.count('lock-wait');
      const leftMs = deadlineMs - context.now();
      if (leftMs <= 0) throw this.#timeout(key, lockType, limitMs);
      await context.sleep(Math.min(retryMs, leftMs));
    }
  }

  /** All locks are acquired: from now on it may only let go. */
  async shrink(): Promise<void> {
    this.#phase = 'shrinking';
    await this.manager.locks.updateMany(this.#own(), { $set: { phase: 'shrinking' } });
  }

  /** After success and after an error alike. What has lapsed is not its own any more, and is left alone. */
  async releaseAll(): Promise<void> {
    this.#phase = 'shrinking';
    if (this.#held.size === 0) return;
    for (const key of this.#held) this.context.note('lock-released', { key });
    await this.manager.locks.updateMany(this.#own(), {
      $set: { status: 'released' },
      $unset: { slots: '' },
      $currentDate: { releasedAt: true },
    });
    this.#held.clear();
  }

  async #tryOnce(key: string, lockType: LockType, expiryMs: number): Promise<boolean> {
    const [resourceType = '', resourceId = ''] = key.split(/:(.*)/);
    const { id: transactionId, acquisition, context, manager } = this;
    const wanted: WantedLock = { key, resourceType, resourceId, lockType, transactionId };
    if (!(await acquisition.allows(manager.locks, wanted, context))) return false;
    const held = this.#held.has(key);
    if (!(await this.#write(wanted, expiryMs, held))) return false;
    this.#held.add(key);
    const lockId = this.#lockId(key);
    context.lease(lockId, expiryMs, async () => {
      await manager.removeLapsed(lockId);
    });
    return true;
  }

  /** False where the index says that somebody else has it. */
  async #write(wanted: WantedLock, expiryMs: number, held: boolean): Promise<boolean> {
    const { context, acquisition, manager } = this;
    const { key, ...lock } = wanted;
    const slots = acquisition.slots(wanted, context.client);
    const fixed = {
      ...{ ...lock, userId: context.client, process: context.process, phase: 'growing', status: 'active' },
      ...(slots && { slots }),
    };
    const set = {
      ...literally(fixed),
      acquiredAt: '$$NOW',
      expiresAt: { $add: ['$$NOW', expiryMs] },
    };
    try {
      const _id = this.#lockId(key);
      const { matchedCount } = await manager.locks.updateOne({ _id }, [{ $set: set }], { upsert: !held });
      if (held && matchedCount === 0) {
        throw new NotHappened(
          `The lock on ${key} expired before it could be made exclusive.`,
          'lock-expired',
        );
      }
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  #timeout(key: string, lockType: LockType, limitMs: number): NotHappened {
    this.context.count('lock-timeout');
    return new NotHappened(
      `Timeout: Could not acquire ${lockType} lock on ${key} after ${limitMs}ms`,
      'lock-timeout',
    );
  }

  #own() {
    return { _id: { $in: [...this.#held].map((key) => this.#lockId(key)) }, status: 'active' } as const;
  }

  #lockId(key: string): string {
    return `${this.id}/${key}`;
  }
}

/** In an update by pipeline a text that begins with $ would be the name of a field. */
function literally(
  fields: Readonly<Record<string, unknown>>,
): Record<string, { readonly $literal: unknown }> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { $literal: value }]));
}
