import { beforeAll, describe, expect, it } from 'vitest';
import type { JudgedTarget, ReportTarget, Scenario, Target } from '../../src/index.js';
import basket from '../../scenarios/checkout/basket.js';
import type { Checkout } from '../../scenarios/checkout/contract.js';
import crashedBuyer from '../../scenarios/checkout/crashed-buyer.js';
import flashSale from '../../scenarios/checkout/flash-sale.js';
import oversizedCart from '../../scenarios/checkout/oversized-cart.js';
import { loadTarget, targetIds } from '../index.js';
import { claimed, judgedRow } from '../judged-row.fixture.js';
import { judgeAll } from '../trials.fixture.js';
import mutexNotAwaited from './memory/broken/mutex-not-awaited.fixture.js';
import conditionalUpdateAnyLeft from './mongodb/broken/conditional-update-any-left.fixture.js';
import transactionRetryReadsOutside from './mongodb/broken/transaction-retry-reads-outside.fixture.js';
import abortSwallowed from './postgres/broken/abort-swallowed.fixture.js';
import advisoryLockPerBuyer from './postgres/broken/advisory-lock-per-buyer.fixture.js';
import advisoryLockUnlockedEarly from './postgres/broken/advisory-lock-unlocked-early.fixture.js';
import atomicUpdateAnyLeft from './postgres/broken/atomic-update-any-left.fixture.js';
import checkConstraintNotEnforced from './postgres/broken/check-constraint-not-enforced.fixture.js';
import forUpdateTooLate from './postgres/broken/for-update-too-late.fixture.js';
import forUpdateUnordered from './postgres/broken/for-update-unordered.fixture.js';
import optimisticUnversioned from './postgres/broken/optimistic-unversioned.fixture.js';
import orderBeforeCheck from './postgres/broken/order-before-check.fixture.js';
import orderCutShort from './postgres/broken/order-cut-short.fixture.js';
import orderRepeated from './postgres/broken/order-repeated.fixture.js';
import queueAnsweredEarly from './postgres/broken/queue-answered-early.fixture.js';
import repeatableReadRetryStale from './postgres/broken/repeatable-read-retry-stale.fixture.js';
import serializableDowngraded from './postgres/broken/serializable-downgraded.fixture.js';
import staleRefusal from './postgres/broken/stale-refusal.fixture.js';
import transactionLeftOpen from './postgres/broken/transaction-left-open.fixture.js';
import unitsGivenBack from './postgres/broken/units-given-back.fixture.js';
import luaProductByProduct from './redis/broken/lua-product-by-product.fixture.js';
import orderFirst from './redis/broken/then-postgres-order-first.fixture.js';
import soldOutNotCopied from './redis/broken/then-postgres-sold-out-not-copied.fixture.js';

const SEED = 'targets of the checkout contract';
const SCENARIOS = {
  'flash-sale': flashSale,
  basket,
  'oversized-cart': oversizedCart,
  'crashed-buyer': crashedBuyer,
};
type ScenarioName = keyof typeof SCENARIOS;
type Rows = ReadonlyMap<string, ReportTarget>;

/** Of all that is judged together: for what hangs, and not for a busy machine. */
const TIMEOUT_MS = 300_000;
/** Than in a flash sale by itself: each target has to show what it does, not how fast. Conflicts grow with the square. */
const FEWER = { clients: 16, stock: 10 };
/** Their carts deadlock in two thirds of the trials. */
const SOMETIMES = { 'postgres/atomic-update': 30, 'postgres/check-constraint': 30 };

type Named = string | Target<Checkout>;
/** Behind an API each is what it is without one, and nobody is crashed in there: one scenario shows that it can be judged. */
const idsIn = (scenario: string) =>
  targetIds('checkout').filter((id) => scenario === 'flash-sale' || !id.startsWith('http/'));
const ALL = await Promise.all(targetIds('checkout').map((id) => loadTarget('checkout', id)));
const SAFE = ALL.flatMap((target) =>
  target?.expectations['flash-sale'] === 'holds' && idsIn('oversized-cart').includes(target.id)
    ? [target.id]
    : [],
);

const judge = (
  scenario: Scenario<Checkout, never>,
  targets: readonly Named[],
  parameters: Readonly<Record<string, number>> = {},
): Promise<Rows> =>
  judgeAll('checkout', { scenario, targets, parameters, seed: SEED, more: SOMETIMES, caughtFor: CAUGHT });

function anomaliesOf({ findings }: JudgedTarget): readonly string[] {
  return findings.map(({ anomaly }) => anomaly);
}

describe.each(['flash-sale', 'basket', 'crashed-buyer'] as const)(
  `in %s, with the seed "${SEED}",`,
  (name) => {
    let rows: Rows;
    beforeAll(async () => {
      rows = await judge(SCENARIOS[name] as never, idsIn(name), name === 'flash-sale' ? FEWER : {});
    }, TIMEOUT_MS);

    it.for(idsIn(name))('%s does what it claims', (id, { skip }) => {
      expect(claimed(judgedRow(rows.get(id), skip))).toMatchObject({ met: true });
    });
  },
);

describe('a safe target', () => {
  let rows: Rows;
  beforeAll(async () => {
    const twice: typeof oversizedCart = {
      ...oversizedCart,
      attempts: ({ clients }) =>
        Array.from({ length: clients }, (_, buyer) => ({
          f: 'checkout',
          input: {
            buyer,
            cart: [
              { productId: 1, quantity: 1 },
              { productId: 1, quantity: 2 },
            ],
          },
        })),
    };
    rows = await judge(twice as never, SAFE, { afterSync: 1 });
  }, TIMEOUT_MS);

  it.for(SAFE)('sells every unit once to carts that name a product twice: %s', (id, { skip }) => {
    const { verdict, tally, findings } = judgedRow(rows.get(id), skip);
    expect({ verdict, left: tally.left, findings }).toEqual({
      verdict: 'holds',
      left: { min: 2, median: 2, max: 2 },
      findings: [],
    });
  });
});

describe('a stock in two stores', () => {
  const then = 'redis/then-postgres';
  const inFlashSale = async (
    target: string | Target<Checkout>,
    parameters: Readonly<Record<string, number>>,
  ) =>
    (await judge(flashSale as never, [target], parameters)).get(
      typeof target === 'string' ? target : target.id,
    );

  it('is behind in one of them where it is read at once', { timeout: TIMEOUT_MS }, async ({ skip }) => {
    const row = judgedRow(await inFlashSale(then, { syncMs: 10_000 }), skip);
    expect(claimed(row)).toMatchObject({ met: true, verdict: 'holds' });
    expect(anomaliesOf(row)).toEqual(['copy-behind']);
    expect(row.monitoring.discrepancy?.largest).toBeGreaterThan(0);
  });

  it('is the same in both after one more copy', { timeout: TIMEOUT_MS }, async ({ skip }) => {
    const row = judgedRow(await inFlashSale(then, { syncMs: 2, afterSync: 1 }), skip);
    expect(claimed(row)).toMatchObject({ met: true, verdict: 'holds' });
    expect(row.findings).toEqual([]);
  });

  it('is caught where a copy leaves something out', { timeout: TIMEOUT_MS }, async ({ skip }) => {
    const row = judgedRow(await inFlashSale(soldOutNotCopied, { afterSync: 1 }), skip);
    expect(claimed(row)).toMatchObject({ met: true, verdict: 'violated' });
    expect(anomaliesOf(row)).toContain('copy-diverged');
  });
});

/** What must be caught where, and as what. The first kind trips each checker that no ordinary unsafe target trips; the second is each safe strategy, broken. */
const CAUGHT: readonly [target: Target<Checkout>, scenario: ScenarioName, anomaly: string][] = [
  [transactionLeftOpen, 'flash-sale', 'transaction-left-open'],
  [abortSwallowed, 'flash-sale', 'order-missing'],
  [orderRepeated, 'flash-sale', 'order-duplicated'],
  [orderBeforeCheck, 'flash-sale', 'order-unexpected'],
  [orderCutShort, 'basket', 'order-partial'],
  [staleRefusal, 'flash-sale', 'false-refusal'],
  [unitsGivenBack, 'basket', 'refused-though-stock-remained'],

  [forUpdateTooLate, 'flash-sale', 'lost-update'],
  [optimisticUnversioned, 'flash-sale', 'lost-update'],
  [advisoryLockPerBuyer, 'flash-sale', 'lost-update'],
  [advisoryLockUnlockedEarly, 'flash-sale', 'oversold'],
  [serializableDowngraded, 'flash-sale', 'lost-update'],
  [repeatableReadRetryStale, 'flash-sale', 'lost-update'],
  [atomicUpdateAnyLeft, 'oversized-cart', 'negative-stock'],
  [checkConstraintNotEnforced, 'flash-sale', 'negative-stock'],
  [queueAnsweredEarly, 'flash-sale', 'order-missing'],
  [conditionalUpdateAnyLeft, 'oversized-cart', 'negative-stock'],
  [transactionRetryReadsOutside, 'flash-sale', 'lost-update'],
  [luaProductByProduct, 'basket', 'stock-not-conserved'],
  [orderFirst, 'flash-sale', 'order-unexpected'],
  [mutexNotAwaited, 'flash-sale', 'lost-update'],
];

describe('broken on purpose,', () => {
  const rows = new Map<string, ReportTarget>();
  beforeAll(async () => {
    for (const name of Object.keys(SCENARIOS) as ScenarioName[]) {
      const targets = CAUGHT.filter(([, scenario]) => scenario === name).map(([target]) => target);
      for (const [id, row] of await judge(SCENARIOS[name] as never, targets)) {
        rows.set(id, row);
      }
    }
  }, TIMEOUT_MS);

  it.for(CAUGHT.map(([target, scenario, anomaly]) => ({ id: target.id, scenario, anomaly })))(
    '$id is caught in $scenario for $anomaly',
    ({ id, anomaly }, { skip }) => {
      const row = judgedRow(rows.get(id), skip);
      expect(claimed(row)).toMatchObject({ met: true, verdict: 'violated' });
      expect(anomaliesOf(row)).toContain(anomaly);
    },
  );

  it(
    'postgres/broken-for-update-unordered deadlocks in basket, and is safe',
    { timeout: TIMEOUT_MS },
    async ({ skip }) => {
      const rowsOfIt = await judge(basket as never, [forUpdateUnordered]);
      const row = judgedRow(rowsOfIt.get(forUpdateUnordered.id), skip);
      expect(claimed(row)).toMatchObject({ met: true, verdict: 'holds' });
      expect(row.counts.deadlock).toBeGreaterThan(0);
      expect(row.errors['40P01']).toBe(row.counts.deadlock);
    },
  );
});
