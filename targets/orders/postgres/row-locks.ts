import type { ClientContext } from '../../../src/core/context.js';
import { lockKey } from '../../../scenarios/orders/contract.js';
import { inTransaction, type Session } from '../../../src/stores/postgres/connect.js';
import { lockTimesOf, readComputeWrite, type Operations, type OrderTables } from '../read-compute-write.js';
import { addCustomerOnce, plainTables, readDiscount, readTotals } from './tables.js';

/** Which rows are locked by one statement, and how a reader who may go on to write asks for them. */
export interface RowLocks {
  /** `each`: one row a statement, in the order in which they were asked for. `ordered`: all at once, in the order of ids. */
  readonly rows: 'each' | 'ordered';
  readonly look: 'share' | 'update';
}

/**
 * The plain way in a READ COMMITTED transaction, with the rows locked as they are read. Who only reads needs no lock: one
 * statement sees what was committed when it began.
 *
 * A row that is not there yet cannot be locked: customers have a unique name instead.
 */
export function underRowLocks(session: Session, context: ClientContext, locks: RowLocks): Operations {
  return readComputeWrite(context, (_, body) =>
    inTransaction(session, context, 'read committed', async () => {
      const noted = new NotedLocks(context);
      const answer = await body(lockingTables(session, context, locks, noted));
      await context.point('before-release');
      noted.released();
      return answer;
    }),
  );
}

/** Nobody waits for a row beyond the limit: SQLSTATE 55P03. */
export function lockTimeout(context: ClientContext): string {
  return `set lock_timeout = ${Math.ceil(lockTimesOf(context).limitMs)}`;
}

function lockingTables(
  session: Session,
  context: ClientContext,
  { rows, look }: RowLocks,
  noted: NotedLocks,
): OrderTables {
  return {
    ...plainTables(session, context),
    totals: async (orders, purpose) => {
      if (purpose === 'read') return readTotals(session, context, orders);
      const strength = purpose === 'look' ? look : 'update';
      const lock = (wanted: readonly number[], clause: string) =>
        noted.acquired(wanted.map(lockKey.order), strength === 'share' ? 'shared' : 'exclusive', () =>
          readTotals(session, context, wanted, clause),
        );
      if (rows === 'ordered') return lock(orders, `order by id for ${strength}`);
      const totals: number[] = [];
      for (const order of orders) totals.push(...(await lock([order], `for ${strength}`)));
      return totals;
    },
    discount: (id) =>
      noted.acquired([lockKey.discount(id)], 'exclusive', () =>
        readDiscount(session, context, id, 'for update'),
      ),
    addCustomer: (name) => addCustomerOnce(session, name),
  };
}

/**
 * The notes of one transaction about its row locks. The noted time lies within the true one: acquired after the statement
 * was answered, released before COMMIT is sent. What an error ends is not noted as released: the server has let go already.
 */
class NotedLocks {
  readonly #held = new Set<string>();

  constructor(private readonly context: ClientContext) {}

  async acquired<T>(
    keys: readonly string[],
    mode: 'shared' | 'exclusive',
    read: () => Promise<T>,
  ): Promise<T> {
    for (const key of keys) this.context.note('lock-requested', { key });
    const answer = await read();
    for (const key of keys) {
      this.context.note('lock-acquired', { key, mode });
      this.#held.add(key);
    }
    await this.context.point('locked');
    return answer;
  }

  released(): void {
    for (const key of this.#held) this.context.note('lock-released', { key });
  }
}
