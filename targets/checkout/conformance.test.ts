import { beforeAll, describe, expect, it } from 'vitest';
import { raceCheck, type JudgedTarget, type Scenario, type Target } from '../../src/index.js';
import basket from '../../scenarios/checkout/basket.js';
import type { Checkout } from '../../scenarios/checkout/contract.js';
import flashSale from '../../scenarios/checkout/flash-sale.js';
import oversizedCart from '../../scenarios/checkout/oversized-cart.js';
import { loadTarget, targetIds } from '../index.js';
import mutexNotAwaited from './memory/broken/mutex-not-awaited.fixture.js';
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

const SEED = 'targets of the checkout contract';
const SCENARIOS = { 'flash-sale': flashSale, basket, 'oversized-cart': oversizedCart };
type ScenarioName = keyof typeof SCENARIOS;

const TIMEOUT_MS = 120_000;
/** Of a safe target: it only has to show that it works. */
const TRIALS = 10;
/** Of an unsafe target, which stops at its first violation. */
const TRIALS_TO_CATCH = 59;

async function judge(
  scenario: Scenario<Checkout, never>,
  targets: readonly (string | Target<Checkout>)[],
  trials: number,
): Promise<ReadonlyMap<string, JudgedTarget>> {
  const report = await raceCheck({ scenario, targets, trials, seed: SEED });
  const judged = new Map<string, JudgedTarget>();
  for (const row of report.targets) {
    if (row.outcome !== 'judged') throw new Error(`${row.id} was not judged: ${JSON.stringify(row)}`);
    judged.set(row.id, row);
  }
  return judged;
}

function claimed(row: JudgedTarget | undefined) {
  return {
    met: row?.met,
    expectation: row?.expectation,
    verdict: row?.verdict,
    reasons: row?.reasons,
    gaveUp: row?.gaveUp,
    errors: row?.errors,
  };
}

describe.each(['flash-sale', 'basket'] as const)(`in %s, with the seed "${SEED}",`, (name) => {
  let judged: ReadonlyMap<string, JudgedTarget>;
  beforeAll(async () => {
    judged = await judge(SCENARIOS[name] as never, targetIds('checkout'), TRIALS);
  }, TIMEOUT_MS);

  it.each(targetIds('checkout'))('%s does what it claims', (id) => {
    expect(claimed(judged.get(id))).toMatchObject({ met: true });
  });
});

describe('a safe target', () => {
  it('sells every unit once to carts that name a product twice', { timeout: TIMEOUT_MS }, async () => {
    const safe: string[] = [];
    for (const id of targetIds('checkout')) {
      if ((await loadTarget('checkout', id))?.expectations['flash-sale'] === 'holds') safe.push(id);
    }
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
    const judged = await judge(twice as never, safe, 5);
    for (const id of safe) {
      const { verdict, tally, findings } = judged.get(id) ?? {};
      expect({ id, verdict, left: tally?.left, findings }).toEqual({
        id,
        verdict: 'holds',
        left: { min: 2, median: 2, max: 2 },
        findings: [],
      });
    }
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
  [mutexNotAwaited, 'flash-sale', 'lost-update'],
];

describe('broken on purpose,', () => {
  const judged = new Map<string, JudgedTarget>();
  beforeAll(async () => {
    for (const name of Object.keys(SCENARIOS) as ScenarioName[]) {
      const targets = CAUGHT.filter(([, scenario]) => scenario === name).map(([target]) => target);
      if (targets.length === 0) continue;
      for (const [id, row] of await judge(SCENARIOS[name] as never, targets, TRIALS_TO_CATCH)) {
        judged.set(id, row);
      }
    }
  }, TIMEOUT_MS);

  it.each(CAUGHT.map(([target, scenario, anomaly]) => ({ id: target.id, scenario, anomaly })))(
    '$id is caught in $scenario for $anomaly',
    ({ id, anomaly }) => {
      const row = judged.get(id);
      expect(claimed(row)).toMatchObject({ met: true, verdict: 'violated' });
      expect(row?.findings.map((finding) => finding.anomaly)).toContain(anomaly);
    },
  );

  it(
    'postgres/broken-for-update-unordered deadlocks in basket, and is safe',
    { timeout: TIMEOUT_MS },
    async () => {
      const row = (await judge(basket as never, [forUpdateUnordered], TRIALS)).get(forUpdateUnordered.id);
      expect(claimed(row)).toMatchObject({ met: true, verdict: 'holds' });
      expect(row?.counts.deadlock).toBeGreaterThan(0);
      expect(row?.errors['40P01']).toBe(row?.counts.deadlock);
    },
  );
});
