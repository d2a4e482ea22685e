import { beforeAll, describe, expect, it } from 'vitest';
import type { ReportTarget, Target } from '../../src/index.js';
import type { Customers } from '../../scenarios/customers/contract.js';
import customerCreation from '../../scenarios/customers/customer-creation.js';
import failedCreation from '../../scenarios/customers/failed-creation.js';
import fiveDigits from '../../scenarios/customers/five-digits.js';
import returningCustomer from '../../scenarios/customers/returning-customer.js';
import thousandCustomers from '../../scenarios/customers/thousand-customers.js';
import { loadTarget, targetIds } from '../index.js';
import { claimed, judgedRow } from '../judged-row.fixture.js';
import { judgeAll } from '../trials.fixture.js';
import mutexNotAwaited from './memory/broken/mutex-not-awaited.fixture.js';
import duplicateKeyCalledCreated from './mongodb/broken/duplicate-key-called-created.fixture.js';
import incThenFind from './mongodb/broken/inc-then-find.fixture.js';
import transactionReadsOutside from './mongodb/broken/transaction-reads-outside.fixture.js';
import abortsCalledRejections from './postgres/broken/aborts-called-rejections.fixture.js';
import counterRowLooksFirst from './postgres/broken/counter-row-looks-first.fixture.js';
import counterRowUnlocked from './postgres/broken/counter-row-unlocked.fixture.js';
import counterWrittenBack from './postgres/broken/counter-written-back.fixture.js';
import maxPlusOneRepeatableRead from './postgres/broken/max-plus-one-repeatable-read.fixture.js';
import onConflictRenumbers from './postgres/broken/on-conflict-renumbers.fixture.js';
import onConflictUnnoticed from './postgres/broken/on-conflict-unnoticed.fixture.js';
import onConflictWithoutUnique from './postgres/broken/on-conflict-without-unique.fixture.js';
import placeholderLeft from './postgres/broken/placeholder-left.fixture.js';
import sequenceCached from './postgres/broken/sequence-cached.fixture.js';
import incrThenGet from './redis/broken/incr-then-get.fixture.js';

const SEED = 'targets of the customers contract';

/** Fewer at once than the scenarios have by themselves: each target has to show what it does, not how fast. */
const SCENARIOS = {
  'customer-creation': { scenario: customerCreation, parameters: { clients: 20 } },
  'returning-customer': { scenario: returningCustomer, parameters: { clients: 20, phones: 2 } },
  'thousand-customers': { scenario: thousandCustomers, parameters: { clients: 10, attempts: 40 } },
  'failed-creation': { scenario: failedCreation, parameters: { clients: 15 } },
  'five-digits': { scenario: fiveDigits, parameters: { clients: 15 } },
} as const;
type ScenarioName = keyof typeof SCENARIOS;

/** Where each is put to the test: unsafe ones where they must be caught, safe ones where their like fails. */
const NAMED: readonly [scenario: ScenarioName, targets: readonly string[]][] = [
  [
    'customer-creation',
    [
      ...[
        'mongodb/naive',
        'mongodb/inc',
        'postgres/naive',
        'redis/get-then-set',
        'redis/incr',
        'memory/naive',
      ],
      ...['http/naive', 'http/counter-row'],
    ],
  ],
  [
    'returning-customer',
    [
      'mongodb/inc',
      'mongodb/inc-transaction',
      'mongodb/inc-transaction-retry',
      'mongodb/find-or-create',
      'mongodb/find-or-create-unique',
      'postgres/sequence',
      'postgres/counter-row',
      'postgres/max-plus-one-serializable',
      'postgres/on-conflict',
      'redis/incr',
      'memory/mutex',
    ],
  ],
  ['failed-creation', ['postgres/sequence', 'postgres/counter-row', 'redis/incr']],
  ['five-digits', ['postgres/max-plus-one-serializable']],
];

/** What must be caught where, and as what: each safe strategy, broken, and with them each checker once. */
const CAUGHT: readonly [target: Target<Customers>, scenario: ScenarioName, anomaly: string][] = [
  [counterRowUnlocked, 'customer-creation', 'duplicate-number'],
  [counterWrittenBack, 'customer-creation', 'counter-behind'],
  [maxPlusOneRepeatableRead, 'customer-creation', 'duplicate-number'],
  [mutexNotAwaited, 'customer-creation', 'duplicate-number'],
  [incThenFind, 'customer-creation', 'duplicate-number'],
  [transactionReadsOutside, 'customer-creation', 'duplicate-number'],
  [incrThenGet, 'customer-creation', 'duplicate-number'],
  [abortsCalledRejections, 'customer-creation', 'rejected-though-valid'],
  [counterRowLooksFirst, 'returning-customer', 'duplicate-customer'],
  [onConflictWithoutUnique, 'returning-customer', 'duplicate-customer'],
  [duplicateKeyCalledCreated, 'returning-customer', 'customer-missing'],
  [onConflictUnnoticed, 'returning-customer', 'customer-missing'],
  [onConflictRenumbers, 'returning-customer', 'unequal-numbers'],
  [sequenceCached, 'thousand-customers', 'number-out-of-order'],
  [placeholderLeft, 'failed-creation', 'customer-unexpected'],
];

/** Of all that is judged together: for what hangs, and not for a busy machine. */
const TIMEOUT_MS = 300_000;

/** Every row of one scenario: of the targets that are put to the test in it, and of those that are broken. */
function judge(name: ScenarioName): Promise<ReadonlyMap<string, ReportTarget>> {
  const { scenario, parameters } = SCENARIOS[name];
  const named = NAMED.filter(([of]) => of === name).flatMap(([, ids]) => ids);
  const targets = [...named, ...CAUGHT.filter(([, of]) => of === name).map(([target]) => target)];
  return judgeAll('customers', { scenario, targets, parameters, seed: SEED, caughtFor: CAUGHT });
}

it('names every target in a scenario', () => {
  const named = new Set(NAMED.flatMap(([, targets]) => targets));
  expect([...named].sort()).toEqual([...targetIds('customers')].sort());
});

it('names every unsafe target where it must be caught', async () => {
  for (const id of targetIds('customers')) {
    const expectations = (await loadTarget('customers', id))?.expectations ?? {};
    expect(Object.keys(expectations).sort(), id).toEqual(Object.keys(SCENARIOS).sort());
    if (!Object.values(expectations).includes('violated')) continue;
    const caughtIn = NAMED.filter(([name, ids]) => ids.includes(id) && expectations[name] === 'violated');
    expect(caughtIn, id).not.toEqual([]);
  }
});

describe.each(Object.keys(SCENARIOS) as ScenarioName[])(`in %s, with the seed "${SEED}",`, (name) => {
  let rows: ReadonlyMap<string, ReportTarget>;
  beforeAll(async () => {
    rows = await judge(name);
  }, TIMEOUT_MS);

  const ids = NAMED.filter(([of]) => of === name).flatMap(([, targets]) => targets);
  it.for(ids)('%s does what it claims', (id, { skip }) => {
    expect(claimed(judgedRow(rows.get(id), skip))).toMatchObject({ met: true });
  });

  const broken = CAUGHT.filter(([, of]) => of === name).map(([{ id }, , anomaly]) => ({ id, anomaly }));
  it.for(broken)('$id is caught for $anomaly', ({ id, anomaly }, { skip }) => {
    const row = judgedRow(rows.get(id), skip);
    expect(claimed(row)).toMatchObject({ met: true });
    expect(row.findings.map((finding) => finding.anomaly)).toContain(anomaly);
  });

  if (name === 'failed-creation') {
    it('leaves gaps on a sequence, and none on a counter in the same transaction', ({ skip }) => {
      const gapsOf = (id: string) => judgedRow(rows.get(id), skip).tally.gaps;
      expect(gapsOf('postgres/sequence')).toEqual({ min: 5, median: 5, max: 5 });
      expect(gapsOf('postgres/counter-row')).toEqual({ min: 0, median: 0, max: 0 });
    });
  }
});
