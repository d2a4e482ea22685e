import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { raceCheck, type ReportTarget } from '../src/index.js';
import { openReaper } from '../src/process/reaper.js';
import { startGiven, type GivenServer } from '../src/stores/mongodb/mongo-server.fixture.js';
import { startSlowWay } from '../src/stores/slow-way.fixture.js';
import { whyMissing } from '../src/stores/why-missing.fixture.js';
import { claimed, judgedRow } from './judged-row.fixture.js';

const SEED = 'a slow server';
const TIMEOUT_MS = 60_000;

interface Slow {
  readonly scenario: string;
  /** What each request takes at least: more than on a busy machine. */
  readonly requestMs: number;
  /** All of them do what they claim even so. */
  readonly targets: readonly string[];
  readonly parameters?: Readonly<Record<string, number>>;
  readonly trials: number;
}

/** More than by default: the machine is busy with other tests as well. */
const UNHURRIED = { expiryMs: 18_000 };

/** A lock is had after one request or two, an order is moved after ten. */
const SLOW: readonly Slow[] = [
  { scenario: 'stale-release', requestMs: 160, targets: ['mongodb/lock-per-table'], trials: 1 },
  {
    ...{ scenario: 'opposite-locks', requestMs: 40, trials: 2 },
    parameters: { clients: 6, ...UNHURRIED },
    targets: ['mongodb/two-phase-locking-ordered'],
  },
  {
    ...{ scenario: 'shared-then-exclusive', requestMs: 20, trials: 2, parameters: UNHURRIED },
    targets: ['mongodb/two-phase-locking-check-then-create', 'mongodb/two-phase-locking-ordered'],
  },
];

describe.skipIf(whyMissing('mongodb'))(`on a slow server, with the seed "${SEED}",`, () => {
  const reaper = openReaper();
  let given: GivenServer;
  beforeAll(async () => {
    given = await startGiven(reaper);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await given.server.stop();
    reaper.close();
  });

  it.concurrent.for(SLOW)(
    'every target does in $scenario what it claims, at $requestMs ms a request',
    { timeout: TIMEOUT_MS },
    async ({ scenario, requestMs, targets, parameters = {}, trials }, { skip }) => {
      const way = await startSlowWay(given.server.port, requestMs);
      try {
        const report = await raceCheck({
          ...{ scenario, targets, parameters, trials, seed: SEED, command: 'compare' },
          storeUrls: { mongodb: `mongodb://127.0.0.1:${way.port}/?directConnection=true` },
        });
        const rows = new Map(report.targets.map((row): [string, ReportTarget] => [row.id, row]));
        for (const id of targets) {
          const row = judgedRow(rows.get(id), skip);
          expect(claimed(row), `${id}: ${JSON.stringify(claimed(row))}`).toMatchObject({ met: true });
        }
      } finally {
        way.close();
      }
    },
  );
});
