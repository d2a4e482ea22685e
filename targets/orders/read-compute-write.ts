import type { ClientContext } from '../../src/core/context.js';
import type { Client } from '../../src/core/target.js';
import { lockKey, type Orders, type PlacedOrder } from '../../scenarios/orders/contract.js';

/** What an operation will touch, said before it begins: for strategies that lock beforehand. */
export interface Claim {
  /** As notes call it. */
  readonly key: string;
  /** A reader's claim or a writer's. */
  readonly mode: 'shared' | 'exclusive';
  /** It is read now, and `strengthen` may follow. */
  readonly mayChange?: boolean;
}

/** Why totals are read: to be told, to decide whether to change them, or to be changed. For strategies that lock as they read. */
export type Purpose = 'read' | 'look' | 'change';

/** What is stored, as one attempt of a strategy sees and changes it. */
export interface OrderTables {
  /** In the order in which they were asked for. */
  totals(orders: readonly number[], purpose: Purpose): Promise<readonly number[]>;
  setTotal(order: number, total: number): Promise<void>;
  discount(id: string): Promise<{ readonly used: number; readonly limit: number }>;
  setUsed(discount: string, used: number): Promise<void>;
  hasCustomer(name: string): Promise<boolean>;
  addCustomer(name: string): Promise<void>;
  place(order: PlacedOrder): Promise<void>;
  /** From here on, what was claimed as `mayChange` will be changed. */
  strengthen(): Promise<void>;
}

/** How a strategy protects what is done inside `body`. It may run it several times. */
export type Protect = <T>(claims: readonly Claim[], body: (tables: OrderTables) => Promise<T>) => Promise<T>;

/**
 * The operations of the contract in the plain way: read, compute in the program, write what was computed. Right only if
 * nobody else gets in between, and seeing to that is left to `protect`.
 */
export function readComputeWrite(context: ClientContext, protect: Protect): Operations {
  const change = async (
    tables: OrderTables,
    totals: readonly (readonly [order: number, total: number])[],
  ) => {
    await context.point('checked');
    for (const [order, total] of totals) {
      await tables.setTotal(order, total);
      await context.point('written');
    }
  };
  return {
    addToTotal: ({ order, amount, readFirst }) => {
      const key = lockKey.order(order);
      const claim: Claim = readFirst ? { key, mode: 'shared', mayChange: true } : { key, mode: 'exclusive' };
      return protect([claim], async (tables) => {
        if (readFirst) {
          await tables.totals([order], 'look');
          await context.point('checked');
          await tables.strengthen();
        }
        const [previous = NaN] = await tables.totals([order], 'change');
        await change(tables, [[order, previous + amount]]);
        return { result: 'updated', previous };
      });
    },
    setTotal: ({ order, total }) =>
      protect([{ key: lockKey.order(order), mode: 'exclusive' }], async (tables) => {
        const [previous = NaN] = await tables.totals([order], 'change');
        await change(tables, [[order, total]]);
        return { result: 'updated', previous };
      }),
    lockBoth: ({ first, second, amount }) =>
      protect(
        [first, second].map((order) => ({ key: lockKey.order(order), mode: 'exclusive' })),
        async (tables) => {
          const [previousFirst = NaN, previousSecond = NaN] = await tables.totals([first, second], 'change');
          await change(tables, [
            [first, previousFirst - amount],
            [second, previousSecond + amount],
          ]);
          return { result: 'moved', previousFirst, previousSecond };
        },
      ),
    readTotals: ({ orders }) =>
      protect(
        orders.map((order) => ({ key: lockKey.order(order), mode: 'shared' })),
        async (tables) => ({ result: 'read', totals: [...(await tables.totals(orders, 'read'))] }),
      ),
    createOrder: (order) => {
      const keys = [lockKey.customer(order.customer), lockKey.discount(order.discount)];
      const claims = keys.map((key) => ({ key, mode: 'exclusive' as const }));
      return protect(claims, (tables) => create(context, tables, order));
    },
  };
}

export type Operations = Omit<Client<Orders>, 'close'>;

/** The discount comes first: whoever locks it as he reads it looks for the customer when nobody else is at it. */
async function create(context: ClientContext, tables: OrderTables, order: PlacedOrder) {
  const { used, limit } = await tables.discount(order.discount);
  const known = await tables.hasCustomer(order.customer);
  if (used >= limit) return { result: 'discount-used-up' } as const;
  await context.point('checked');
  await tables.setUsed(order.discount, used + 1);
  if (!known) await tables.addCustomer(order.customer);
  await context.point('written');
  await tables.place(order);
  return { result: 'created' } as const;
}

/** A row or document that must be there, by the scenario. That it is not is a mistake, and ends the run. */
export function found<T>(thing: T | null | undefined, what: string): T {
  if (thing === null || thing === undefined) {
    throw new TypeError(`There is no ${what}: the scenario names what its initial state does not have.`);
  }
  return thing;
}

/** A lock's expiry, how long one waits for it, and how often one looks; without a scenario's word, what is usual. */
export function lockTimesOf({ parameters }: Pick<ClientContext, 'parameters'>): {
  readonly expiryMs: number;
  readonly limitMs: number;
  readonly retryMs: number;
} {
  const { expiryMs = 30_000, limitMs = 10_000, retryMs = 100 } = parameters;
  return { expiryMs, limitMs, retryMs };
}
