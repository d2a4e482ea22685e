import { beforeAll, describe, expect, it } from 'vitest';
import type { ReportTarget, Target } from '../../src/index.js';
import type { Bookings } from '../../scenarios/bookings/contract.js';
import { loadTarget, targetIds } from '../index.js';
import { claimed, judgedRow } from '../judged-row.fixture.js';
import { judgeAll } from '../trials.fixture.js';
import lockPerTableLooksFirst from './mongodb/broken/lock-per-table-looks-first.fixture.js';
import fencedLockUnfenced from './mongodb/broken/fenced-lock-unfenced.fixture.js';
import pessimisticOutside from './mongodb/broken/pessimistic-outside.fixture.js';
import slotDocumentOfStart from './mongodb/broken/slot-document-of-start.fixture.js';
import advisoryLockKept from './postgres/broken/advisory-lock-kept.fixture.js';
import advisoryLockPerStart from './postgres/broken/advisory-lock-per-start.fixture.js';
import booksThenLooks from './postgres/broken/books-then-looks.fixture.js';
import busyCalledTaken from './postgres/broken/busy-called-taken.fixture.js';
import conflictUnnoticed from './postgres/broken/conflict-unnoticed.fixture.js';
import serializableDowngraded from './postgres/broken/serializable-downgraded.fixture.js';
import uniqueStart from './postgres/broken/unique-start.fixture.js';
import fencedLockUnchecked from './redis/broken/fenced-lock-unchecked.fixture.js';
import setNxKeptOnRefusal from './redis/broken/set-nx-kept-on-refusal.fixture.js';
import setNxWithoutExpiry from './redis/broken/set-nx-without-expiry.fixture.js';

const SEED = 'targets of the bookings contract';

/**
 * Fewer clients and shorter leases than the scenarios have by themselves: each target has to show what it does, not how fast.
 * No shorter, for a busy machine must still tell a holder that is late from one that is not.
 */
const PARAMETERS = {
  'table-booking': { clients: 20 },
  'overlapping-slots': {},
  'stalled-holder': { expiryMs: 400, stallMs: 600 },
  'stale-release': { expiryMs: 500 },
  'crashed-holder': { clients: 9, expiryMs: 400, lastMs: 900 },
} as const;
type ScenarioName = keyof typeof PARAMETERS;

/** Where each is put to the test: unsafe ones where they must be caught, safe ones where their like fails. */
const NAMED: Readonly<Record<ScenarioName, readonly string[]>> = {
  'table-booking': [
    ...['mongodb/naive', 'mongodb/transaction', 'mongodb/pessimistic'],
    ...['postgres/naive', 'postgres/serializable', 'redis/naive'],
    ...['http/naive', 'http/exclusion-constraint'],
  ],
  'overlapping-slots': ['mongodb/lock-document', 'mongodb/slot-documents', 'postgres/exclusion-constraint'],
  'stalled-holder': [
    ...['mongodb/lock-per-table', 'mongodb/fenced-lock'],
    ...['postgres/advisory-lock', 'redis/set-nx', 'redis/fenced-lock'],
  ],
  'stale-release': ['redis/set-nx-unowned', 'redis/set-nx'],
  'crashed-holder': ['mongodb/lock-document', 'postgres/advisory-lock', 'redis/set-nx'],
};

/** What must be caught where, and as what: each safe strategy, broken, and each checker that no ordinary target trips. */
const BROKEN: readonly [target: Target<Bookings>, scenario: ScenarioName, anomaly: string][] = [
  [advisoryLockPerStart, 'overlapping-slots', 'double-booking'],
  [uniqueStart, 'overlapping-slots', 'double-booking'],
  [slotDocumentOfStart, 'overlapping-slots', 'double-booking'],
  [serializableDowngraded, 'stalled-holder', 'double-booking'],
  [pessimisticOutside, 'stalled-holder', 'double-booking'],
  [lockPerTableLooksFirst, 'stalled-holder', 'double-booking'],
  [fencedLockUnfenced, 'stalled-holder', 'double-booking'],
  [fencedLockUnchecked, 'stalled-holder', 'double-booking'],

  [conflictUnnoticed, 'stalled-holder', 'identical-attempts-booked'],
  [conflictUnnoticed, 'stalled-holder', 'booking-missing'],
  [booksThenLooks, 'table-booking', 'booking-unexpected'],
  [busyCalledTaken, 'stale-release', 'false-refusal'],
  [advisoryLockKept, 'table-booking', 'lock-left-behind'],
  [setNxKeptOnRefusal, 'table-booking', 'lock-left-behind'],
  [setNxWithoutExpiry, 'crashed-holder', 'lock-left-behind'],
];

/** Of all that is judged together: for what hangs, and not for a busy machine. */
const TIMEOUT_MS = 300_000;

/** What stands and what is broken together. */
function judge(scenario: ScenarioName): Promise<ReadonlyMap<string, ReportTarget>> {
  const broken = BROKEN.filter(([, where]) => where === scenario).map(([target]) => target);
  const targets = [...NAMED[scenario], ...new Set(broken)];
  return judgeAll('bookings', {
    scenario,
    targets,
    parameters: PARAMETERS[scenario],
    seed: SEED,
    // By design a trial lasts for a second there; a holder has stalled once at each point after four.
    ...(/^(stal|crash)/.test(scenario) && { toShow: 5 }),
    caughtFor: BROKEN,
  });
}

/** Nobody is stalled or crashed inside of an API, so it has no claim where that is the point. */
const claimable = (id: string): readonly string[] =>
  Object.keys(PARAMETERS).filter((name) => !id.startsWith('http/') || !/^(stal|crash)/.test(name));

it('names every target in a scenario, every unsafe one where it must be caught, and every claim', async () => {
  const named = new Set(Object.values(NAMED).flat());
  expect([...named].sort()).toEqual([...targetIds('bookings')].sort());
  for (const id of targetIds('bookings')) {
    const { expectations = {} } = (await loadTarget('bookings', id)) ?? {};
    expect(Object.keys(expectations).sort(), id).toEqual([...claimable(id)].sort());
    if (!Object.values(expectations).includes('violated')) continue;
    const caughtIn = Object.entries(NAMED).filter(
      ([name, ids]) => ids.includes(id) && expectations[name] === 'violated',
    );
    expect(caughtIn, id).not.toEqual([]);
  }
});

describe.each(Object.keys(PARAMETERS) as ScenarioName[])(`in %s, with the seed "${SEED}",`, (scenario) => {
  let rows: ReadonlyMap<string, ReportTarget>;
  beforeAll(async () => {
    rows = await judge(scenario);
  }, TIMEOUT_MS);

  it.for(NAMED[scenario])('%s does what it claims', (id, { skip }) => {
    expect(claimed(judgedRow(rows.get(id), skip))).toMatchObject({ met: true });
  });

  const broken = BROKEN.filter(([, where]) => where === scenario);
  it.for(broken.map(([{ id }, , anomaly]) => [id, anomaly] as const))(
    '%s is caught for %s',
    ([id, anomaly], { skip }) => {
      const row = judgedRow(rows.get(id), skip);
      expect(claimed(row)).toMatchObject({ met: true, verdict: 'violated' });
      expect(row.findings.map((finding) => finding.anomaly)).toContain(anomaly);
    },
  );
});
