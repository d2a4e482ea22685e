import { beforeAll, describe, expect, it } from 'vitest';
import type { ReportTarget, Target } from '../../src/index.js';
import type { Seats } from '../../scenarios/seats/contract.js';
import { loadTarget, targetIds } from '../index.js';
import { claimed, judgedRow } from '../judged-row.fixture.js';
import { judgeAll } from '../trials.fixture.js';
import lockFileLooksFirst from './file/broken/lock-file-looks-first.fixture.js';
import lockFileRemovedByAll from './file/broken/lock-file-removed-by-all.fixture.js';
import properLockfileTooLate from './file/broken/proper-lockfile-too-late.fixture.js';
import busyFlagLate from './memory/broken/busy-flag-late.fixture.js';
import mutexNotAwaited from './memory/broken/mutex-not-awaited.fixture.js';
import bookingBeforeCheck from './postgres/broken/booking-before-check.fixture.js';
import bookingCutShort from './postgres/broken/booking-cut-short.fixture.js';
import bookingTwice from './postgres/broken/booking-twice.fixture.js';
import conditionalUpdateAnyLeft from './postgres/broken/conditional-update-any-left.fixture.js';
import forUpdateCommittedEarly from './postgres/broken/for-update-committed-early.fixture.js';
import decrNotCompensated from './redis/broken/decr-not-compensated.fixture.js';
import luaAnyLeft from './redis/broken/lua-any-left.fixture.js';
import setNxPerStudent from './redis/broken/set-nx-per-student.fixture.js';

const SEED = 'targets of the seats contract';

/** Fewer students than a school bus has: each target has to show what it does, not how fast. */
const PARAMETERS = {
  'last-seat': {},
  'school-bus': { clients: 20, seats: 15 },
  group: {},
  'stale-lock': {},
} as const;
type ScenarioName = keyof typeof PARAMETERS;

/** Where each is put to the test: unsafe ones where they must be caught, safe ones where their like fails. */
const NAMED: Readonly<Record<ScenarioName, readonly string[]>> = {
  'last-seat': ['memory/naive', 'memory/seed-example', 'file/naive', 'file/memory-mutex'],
  'school-bus': [
    ...['memory/busy-flag', 'memory/mutex'],
    // Without a dead client their locks work, and only then.
    ...['file/lock-file', 'file/proper-lockfile'],
    ...['redis/get-then-decr', 'redis/memory-mutex'],
    ...['postgres/naive', 'postgres/for-update'],
    ...['http/naive', 'http/for-update'],
  ],
  group: ['redis/decr-compensate', 'redis/lua', 'postgres/conditional-update'],
  'stale-lock': ['file/lock-file', 'file/proper-lockfile', 'redis/set-nx'],
};

/** What must be caught where, and as what: each safe strategy, broken, and each checker that no ordinary target trips. */
const BROKEN: readonly [target: Target<Seats>, scenario: ScenarioName, anomaly: string][] = [
  [mutexNotAwaited, 'school-bus', 'negative-stock'],
  [busyFlagLate, 'last-seat', 'oversold'],
  [lockFileLooksFirst, 'last-seat', 'lost-update'],
  [lockFileRemovedByAll, 'school-bus', 'booking-missing'],
  [properLockfileTooLate, 'last-seat', 'lost-update'],
  [luaAnyLeft, 'group', 'negative-stock'],
  [setNxPerStudent, 'school-bus', 'lost-update'],
  [decrNotCompensated, 'school-bus', 'stock-not-conserved'],
  [forUpdateCommittedEarly, 'school-bus', 'lost-update'],
  [conditionalUpdateAnyLeft, 'group', 'negative-stock'],
  [bookingBeforeCheck, 'school-bus', 'booking-unexpected'],
  [bookingTwice, 'last-seat', 'booking-duplicated'],
  [bookingCutShort, 'group', 'booking-altered'],
];

/** Of all that is judged together: for what hangs, and not for a busy machine. */
const TIMEOUT_MS = 300_000;

/** It refuses a seat that is free in a third of the trials. */
const SOMETIMES = { 'redis/decr-compensate': 59 };

const judge = (scenario: ScenarioName, targets: readonly (string | Target<Seats>)[]) =>
  judgeAll('seats', {
    scenario,
    targets,
    parameters: PARAMETERS[scenario],
    seed: SEED,
    more: SOMETIMES,
    caughtFor: BROKEN,
  });

it('names every target in a scenario, and every unsafe one where it must be caught', async () => {
  const named = new Set(Object.values(NAMED).flat());
  expect([...named].sort()).toEqual([...targetIds('seats')].sort());
  for (const id of targetIds('seats')) {
    const { expectations = {} } = (await loadTarget('seats', id)) ?? {};
    // Nobody is stalled inside of an API, so it has no claim about stale locks.
    const claimable = Object.keys(PARAMETERS).filter(
      (name) => !id.startsWith('http/') || name !== 'stale-lock',
    );
    expect(Object.keys(expectations).sort(), id).toEqual(claimable.sort());
    if (!Object.values(expectations).includes('violated')) continue;
    const caughtIn = Object.entries(NAMED).filter(
      ([name, ids]) => ids.includes(id) && expectations[name] === 'violated',
    );
    expect(caughtIn, id).not.toEqual([]);
  }
});

describe.each(Object.entries(NAMED) as [ScenarioName, readonly string[]][])(
  `in %s, with the seed "${SEED}",`,
  (scenario, ids) => {
    let rows: ReadonlyMap<string, ReportTarget>;
    beforeAll(async () => {
      rows = await judge(scenario, ids);
    }, TIMEOUT_MS);

    it.for(ids)('%s does what it claims', (id, { skip }) => {
      expect(claimed(judgedRow(rows.get(id), skip))).toMatchObject({ met: true });
    });
  },
);

describe('broken on purpose,', () => {
  const judged = new Map<string, ReportTarget>();
  beforeAll(async () => {
    for (const scenario of ['last-seat', 'school-bus', 'group'] as const) {
      const targets = BROKEN.filter(([, where]) => where === scenario).map(([target]) => target);
      for (const [id, row] of await judge(scenario, targets)) judged.set(id, row);
    }
  }, TIMEOUT_MS);

  it.for(BROKEN.map(([{ id }, scenario, anomaly]) => ({ id, scenario, anomaly })))(
    '$id is caught in $scenario for $anomaly',
    ({ id, anomaly }, { skip }) => {
      const row = judgedRow(judged.get(id), skip);
      expect(claimed(row)).toMatchObject({ met: true, verdict: 'violated' });
      expect(row.findings.map((finding) => finding.anomaly)).toContain(anomaly);
    },
  );
});
