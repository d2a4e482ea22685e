import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findings, violations } from './sale-notation.fixture.js';
import type { AttemptFacts, Line, Refusal, SaleFacts, StockAccess } from './sale.js';

const seed = Date.now() % 2 ** 31;
const settings = { seed, numRuns: 400 };

const PRODUCTS = [1, 2, 3];
const line = fc.record({ product: fc.constantFrom(...PRODUCTS), units: fc.integer({ min: 1, max: 3 }) });
const attempt = fc.record({
  cart: fc.array(line, { minLength: 1, maxLength: 4 }),
  fate: fc.constantFrom(
    'answered',
    'answered',
    'answered',
    'fail',
    'info that happens',
    'info that does not',
  ),
  invokedNs: fc.nat(20),
  /** Of the moment it takes effect, and then of its answer. */
  delaysNs: fc.tuple(fc.nat(6), fc.nat(6)),
  notes: fc.constantFrom('absolute', 'relative', 'none'),
  /** Tries that were rolled back after their writes. */
  rolledBack: fc.nat(2),
  refusesBy: fc.constantFrom('line', 'product'),
});
type Plan = typeof attempt extends fc.Arbitrary<infer T> ? T : never;
const model = fc.record({
  stocks: fc.tuple(fc.nat(8), fc.nat(8), fc.nat(8)),
  plans: fc.array(attempt, { minLength: 1, maxLength: 12 }),
});
type Model = typeof model extends fc.Arbitrary<infer T> ? T : never;

/** Sells rightly: each attempt takes effect at one moment between its invocation and its answer, whole or not at all. */
function sell({ stocks, plans }: Model): SaleFacts {
  const stock = new Map(PRODUCTS.map((id, index) => [id, stocks[index] ?? 0]));
  const attempts: AttemptFacts[] = [];
  const orders: SaleFacts['orders'][number][] = [];
  let index = 0;
  const inOrder = plans
    .map((plan, buyer) => ({ plan, buyer, atNs: plan.invokedNs + plan.delaysNs[0] }))
    .sort((a, b) => a.atNs - b.atNs);
  for (const { plan, buyer, atNs } of inOrder) {
    const { cart, fate, invokedNs, delaysNs } = plan;
    const refusal = refuse(plan, stock);
    const happens = (fate === 'answered' || fate === 'info that happens') && !refusal;
    const accesses: StockAccess[] = [];
    const tries = plan.rolledBack + (happens ? 1 : 0);
    for (let time = 0; time < tries && plan.notes !== 'none'; time += 1) {
      for (const [product, units] of addUp(cart)) {
        const read = stock.get(product) ?? 0;
        const wrote = plan.notes === 'absolute' ? read - units : undefined;
        accesses.push({ kind: 'read', product, stock: read, index: index++ });
        accesses.push({ kind: 'write', product, stock: wrote, index: index++ });
      }
    }
    if (happens) {
      for (const { product, units } of cart) stock.set(product, (stock.get(product) ?? 0) - units);
      orders.push({ buyer, items: cart });
    }
    const answered = fate === 'answered';
    attempts.push({
      buyer,
      cart,
      result: answered ? (refusal ? 'refused' : 'ordered') : fate === 'fail' ? 'fail' : 'info',
      refusal: answered ? refusal : undefined,
      invokedNs,
      completedNs: answered || fate === 'fail' ? atNs + delaysNs[1] : Infinity,
      accesses,
      witness: [index++, index++],
    });
  }
  return {
    products: PRODUCTS.map((id, place) => ({ id, name: `product-${id}`, stock: stocks[place] ?? 0 })),
    attempts: attempts.sort((a, b) => a.invokedNs - b.invokedNs),
    left: Array.from(stock, ([id, units]) => ({ id, stock: units })),
    orders,
  };
}

/** What is refused, line by line with the lines before it held, or product by product. */
function refuse({ cart, refusesBy }: Plan, stock: ReadonlyMap<number, number>): Refusal | undefined {
  const rest = new Map(stock);
  const wanted =
    refusesBy === 'line' ? cart.map(({ product, units }) => [product, units] as const) : addUp(cart);
  for (const [product, requested] of wanted) {
    const available = rest.get(product) ?? 0;
    if (available < requested) return { product: `product-${product}`, available, requested };
    rest.set(product, available - requested);
  }
  return undefined;
}

function addUp(cart: readonly Line[]): Map<number, number> {
  const takes = new Map<number, number>();
  for (const { product, units } of cart) takes.set(product, (takes.get(product) ?? 0) + units);
  return takes;
}

describe(`the checkers of a sale, on generated sales (seed ${seed})`, () => {
  it('say nothing wrong of any sequential sale', () => {
    fc.assert(
      fc.property(model, ({ stocks, plans }) => {
        const oneByOne = plans.map((plan, place) => ({ ...plan, invokedNs: 20 * place }));
        expect(violations(sell({ stocks, plans: oneByOne }))).toEqual([]);
      }),
      settings,
    );
  });

  it('say nothing wrong of any interleaving of attempts that each take effect at one moment', () => {
    fc.assert(
      fc.property(model, (sale) => {
        expect(violations(sell(sale))).toEqual([]);
      }),
      settings,
    );
  });

  it('find nothing left undone where every attempt was answered', () => {
    fc.assert(
      fc.property(model, ({ stocks, plans }) => {
        const answered = plans.map((plan) => ({ ...plan, fate: 'answered' as const }));
        expect(findings(sell({ stocks, plans: answered }))).toEqual([]);
      }),
      settings,
    );
  });

  const broken: readonly [string, (facts: SaleFacts) => SaleFacts][] = [
    ['an order is gone', (facts) => ({ ...facts, orders: facts.orders.slice(1) })],
    [
      'an order is there twice',
      (facts) => ({ ...facts, orders: [...facts.orders, ...facts.orders.slice(0, 1)] }),
    ],
    [
      'an order holds one unit more',
      (facts) =>
        withFirstOrder(facts, (items) => [{ ...items[0]!, units: items[0]!.units + 1 }, ...items.slice(1)]),
    ],
    ['an order lacks a line', (facts) => withFirstOrder(facts, (items) => items.slice(1))],
    [
      'an order holds another product',
      (facts) => withFirstOrder(facts, (items) => [{ ...items[0]!, product: 4 }, ...items.slice(1)]),
    ],
    [
      'an order is of another buyer',
      (facts) => ({
        ...facts,
        orders: facts.orders.map((order, place) => (place === 0 ? { ...order, buyer: 99 } : order)),
      }),
    ],
    ['a unit more is left', (facts) => withFirstLeft(facts, 1)],
    ['a unit less is left', (facts) => withFirstLeft(facts, -1)],
    ['a product is gone', (facts) => ({ ...facts, left: facts.left.slice(1) })],
  ];
  it.each(broken)('find something wrong once %s', (_, breakIt) => {
    fc.assert(
      fc.property(
        model.map(sell).filter(({ orders }) => orders.length > 0),
        (facts) => {
          expect(violations(breakIt(facts))).not.toEqual([]);
        },
      ),
      settings,
    );
  });

  it('find something wrong once a refused buyer is told "ordered", or an ordered one is told of a refusal', () => {
    fc.assert(
      fc.property(
        model.map(sell).filter(({ attempts }) => attempts.some(({ result }) => result === 'refused')),
        (facts) => {
          const told = flipFirst(facts, 'refused', { result: 'ordered', refusal: undefined });
          expect(violations(told)).not.toEqual([]);
        },
      ),
      settings,
    );
    fc.assert(
      fc.property(
        model.map(sell).filter(({ attempts }) => attempts.some(({ result }) => result === 'ordered')),
        (facts) => {
          const refusal = { product: 'product-1', available: 0, requested: 1 };
          expect(violations(flipFirst(facts, 'ordered', { result: 'refused', refusal }))).not.toEqual([]);
        },
      ),
      settings,
    );
  });
});

function withFirstOrder(facts: SaleFacts, change: (items: readonly Line[]) => readonly Line[]): SaleFacts {
  const [first, ...others] = facts.orders;
  return { ...facts, orders: [{ ...first!, items: change(first!.items) }, ...others] };
}

function withFirstLeft(facts: SaleFacts, by: number): SaleFacts {
  const [first, ...others] = facts.left;
  return { ...facts, left: [{ ...first!, stock: first!.stock + by }, ...others] };
}

function flipFirst(
  facts: SaleFacts,
  result: AttemptFacts['result'],
  change: Pick<AttemptFacts, 'result' | 'refusal'>,
): SaleFacts {
  const place = facts.attempts.findIndex((one) => one.result === result);
  const attempts = facts.attempts.map((one, index) => (index === place ? { ...one, ...change } : one));
  return { ...facts, attempts };
}
