import { NotHappened, type ClientContext } from '../../../src/core/context.js';
import { retryingWhile } from '../../../src/stores/retrying.js';
import { retriesOf } from '../../retries.js';
import { found, readComputeWrite, type OrderTables } from '../read-compute-write.js';
import { ordersOnMongodb, type OrderDatabase } from './schema.js';
import { addCustomerOnce, plainTables, uniqueNames } from './tables.js';

const CONFLICT = 'version-conflict';

/**
 * Reads each document with its version, and writes only if the version is still the same, without a transaction; whoever was
 * too late starts over. For one document that is all that is needed. Of a move the second write may come too late when
 * the first is done: then the first is taken back, and whoever read in between has seen what never was.
 */
export default ordersOnMongodb({
  strategy: 'optimistic',
  summary:
    'Writes only if the version it read is still there, else takes back what it wrote and starts over.',
  prevents: 'Lost updates, however long it takes from the read to the write. Not reads between two writes.',
  costs: 'One of those who meet gets through in each round and the others start over.',
  source: 'https://www.mongodb.com/docs/manual/core/write-operations-atomicity/',
  expectations: {
    'order-update': 'holds',
    'order-set': 'holds',
    'discounted-orders': 'holds',
    'opposite-locks': 'violated',
    'shared-then-exclusive': 'holds',
    'stalled-transaction': 'holds',
  },
  prepare: uniqueNames,
  operations: (database, context) =>
    readComputeWrite(context, (_, body) =>
      retryingWhile(
        context,
        retriesOf(context),
        ({ code }) => code === CONFLICT,
        async () => {
          const attempt = new VersionedAttempt(database, context);
          try {
            return await body(attempt.tables());
          } catch (error) {
            if (error instanceof NotHappened) await attempt.takeBack();
            throw error;
          }
        },
      ),
    ),
});

/** What one attempt has read and written. */
class VersionedAttempt {
  /** Null where a document has no version yet. */
  readonly #versions = new Map<number | string, number | null>();
  readonly #totals = new Map<number, number>();
  readonly #written: { readonly order: number; readonly by: number }[] = [];

  constructor(
    private readonly database: OrderDatabase,
    private readonly context: ClientContext,
  ) {}

  tables(): OrderTables {
    const { database, context } = this;
    const { orders, discounts } = database;
    return {
      ...plainTables(database, context),
      totals: async (wanted) => {
        const documents = await orders.find({ _id: { $in: [...wanted] } }).toArray();
        for (const { _id, total, version } of documents) {
          this.#versions.set(_id, version ?? null);
          this.#totals.set(_id, total);
          context.note('read', { order: _id, total });
        }
        return wanted.map((order) => found(this.#totals.get(order), `order ${order}`));
      },
      setTotal: async (order, total) => {
        const { matchedCount } = await orders.updateOne(this.#unchanged(order), {
          $set: { total },
          $inc: { version: 1 },
        });
        if (matchedCount === 0) throw this.#conflict(order);
        this.#written.push({ order, by: total - (this.#totals.get(order) ?? total) });
        context.note('write', { order, total });
      },
      discount: async (id) => {
        const { used, limit, version } = found(await discounts.findOne({ _id: id }), `discount ${id}`);
        this.#versions.set(id, version ?? null);
        context.note('read', { discount: id, used });
        return { used, limit };
      },
      setUsed: async (discount, used) => {
        const { matchedCount } = await discounts.updateOne(this.#unchanged(discount), {
          $set: { used },
          $inc: { version: 1 },
        });
        if (matchedCount === 0) throw this.#conflict(discount);
        context.note('write', { discount, used });
      },
      addCustomer: (name) => addCustomerOnce(database, name),
    };
  }

  /** Adds the opposite: somebody may have changed the order again since. */
  async takeBack(): Promise<void> {
    for (const { order, by } of this.#written) {
      await this.database.orders.updateOne({ _id: order }, { $inc: { total: -by, version: 1 } });
      this.context.note('write', { order, by: -by });
    }
  }

  /** In a query null matches a field that is not there. */
  #unchanged<Id extends number | string>(id: Id) {
    return { _id: id, version: this.#versions.get(id) ?? null } as { _id: Id; version: number };
  }

  #conflict(id: number | string): NotHappened {
    this.context.count('conflict');
    return new NotHappened(`${id} changed after it was read`, CONFLICT);
  }
}
