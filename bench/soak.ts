import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { SCENARIOS } from '../scenarios/index.js';
import type { Expectation } from '../src/core/target.js';
import type { ReportTarget } from '../src/report/report.js';
import { loadRegistered, targetIdsOf } from '../src/session/find-targets.js';
import { runSession } from '../src/session/race-check.js';
import { median, seconds } from './numbers.js';
import { print, progress } from './result.js';
import { withSharedServer } from './shared-server.js';
import { markdownTable } from './table.js';

const RUNS = 20;
/** Of `RUNS`, on MongoDB: its stand-in does 500 operations a second. */
const MONGODB_SHARE = 0.5;
/** Of a safe target in one run. An unsafe one has as many as the default plan, and stops at its first violation. */
const SAFE_TRIALS = 10;
/** Where safe targets are run, if they claim something there: many want the same, so that they meet; and carts in opposite orders. */
const SAFE_SCENARIOS = [
  ...['flash-sale', 'basket', 'school-bus', 'customer-creation'],
  ...['table-booking', 'overlapping-slots', 'discounted-orders', 'opposite-locks'],
];
const MOST_CLIENTS = 400;
/** Who lets few of a hundred through gives no two of them the same of a hundred phones: with one phone it must. */
const PARAMETERS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'mongodb/inc-transaction in returning-customer': { phones: 1 },
};

/** A target in the scenario that is named for it. */
interface Assignment {
  readonly target: string;
  readonly scenario: string;
  readonly expectation: Expectation;
}

interface SoakRow extends Assignment {
  readonly runs: number;
  met: number;
  readonly trialsToFirst: number[];
  readonly gaveUp: { failed: number; refused: number; operations: number };
  readonly surprises: string[];
  /** Why it was not run: its store is not to be had here. */
  skipped?: string;
}

if (process.argv[2] === 'explore') {
  const { soakExplore } = await import('./soak-explore.js');
  await soakExplore(process.argv.slice(3));
  process.exit();
}

/**
 * `npm run soak -- [--runs 20] [--seed text] [--contract name] [--target id]`: every target many times, on MongoDB half as
 * many, each in a gate of its own. Exits 1 if any was not as expected in every run; one whose store is not to be had is
 * skipped aloud. `npm run soak -- explore`: see `soak-explore.ts`.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: String(RUNS) },
    seed: { type: 'string', default: randomBytes(3).toString('hex') },
    contract: { type: 'string' },
    target: { type: 'string', multiple: true },
  },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) {
  throw new Error(`expected a whole number from 1 for --runs, got "${values.runs}"`);
}

const startedAt = performance.now();
const seenStores = new Set<string>();
const assignments = (await findAssignments()).filter(
  ({ target }) => values.target === undefined || values.target.includes(target),
);
if (assignments.length === 0) throw new Error('there is no such contract or target: see race-check list');
const rows = await withSharedServer(MOST_CLIENTS, async ({ url, server }) => {
  const done: SoakRow[] = [];
  for (const assignment of assignments) done.push(await soak(assignment, url));
  print(
    `Every target ${runs} times, on MongoDB ${runsOn('mongodb')}, seed ${values.seed}, ${server.description}\n`,
  );
  return done;
});
print(
  markdownTable(
    ['target', 'scenario', 'expected', 'met', 'first violation in trial', 'failed or refused'],
    rows.map(cells),
  ),
);
const tried = rows.filter(({ skipped }) => skipped === undefined);
const wrong = tried.filter((row) => row.met < row.runs);
for (const { target, scenario, surprises } of wrong) {
  for (const surprise of surprises) print(`\n${target} in ${scenario}: ${surprise}`);
}
for (const reason of new Set(rows.map(({ skipped }) => skipped))) {
  if (reason !== undefined) print(`\nSkipped: ${reason}`);
}
print(
  `\n${tried.length - wrong.length} of ${tried.length} as expected in all of their runs, in ${seconds(performance.now() - startedAt, 0)}.`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;

/** An unsafe target where it must be caught, the first scenario of those; a safe one where safe ones are run, else in the first that it claims. */
async function findAssignments(): Promise<readonly Assignment[]> {
  const assignments: Assignment[] = [];
  const scenarios = await Promise.all(Object.values(SCENARIOS).map((load) => load()));
  for (const contract of new Set(scenarios.map((scenario) => scenario.contract.name))) {
    if (values.contract !== undefined && values.contract !== contract) continue;
    const own = scenarios.filter((scenario) => scenario.contract.name === contract);
    for (const id of targetIdsOf(contract)) {
      const { expectations } = await loadRegistered(contract, id);
      const claims = own.flatMap(({ name: scenario }) => {
        const expectation = expectations[scenario];
        return expectation === undefined ? [] : [{ target: id, scenario, expectation }];
      });
      const caught = claims.find(({ expectation }) => expectation === 'violated');
      const safe = claims.filter(({ expectation }) => expectation !== 'violated');
      const named = safe.filter(({ scenario }) => SAFE_SCENARIOS.includes(scenario));
      assignments.push(...(caught ? [caught] : named.length > 0 ? named : safe.slice(0, 1)));
    }
  }
  return assignments;
}

async function soak(assignment: Assignment, postgresUrl: string): Promise<SoakRow> {
  const { target, scenario, expectation } = assignment;
  const row: SoakRow = {
    ...assignment,
    runs: runsOn(target),
    met: 0,
    trialsToFirst: [],
    gaveUp: { failed: 0, refused: 0, operations: 0 },
    surprises: [],
  };
  const rowStartedAt = performance.now();
  for (let run = 1; run <= row.runs; run += 1) {
    const seed = `${values.seed}/${target}/${scenario}/${run}`;
    const { report } = await runSession(
      {
        scenario,
        targets: [target],
        parameters: PARAMETERS[`${target} in ${scenario}`] ?? {},
        ...(expectation === 'violated' ? {} : { trials: SAFE_TRIALS }),
        seed,
        isolation: 'process',
        storeUrls: { postgres: postgresUrl },
      },
      () => new Date(),
    );
    note(
      row,
      seed,
      report.targets.find(({ id }) => id === target),
    );
    if (row.skipped !== undefined) break;
  }
  progress(
    `${target} in ${scenario}: ${shareOf(row)} ${expectation} (${seconds(performance.now() - rowStartedAt, 0)})`,
  );
  return row;
}

function note(row: SoakRow, seed: string, target: ReportTarget | undefined): void {
  if (target?.outcome === 'skipped') {
    const reason = `${target.store}: ${target.reason}`;
    // A store that was there a moment ago is no store that is not to be had.
    if (seenStores.has(target.store)) surprise(row, `seed ${seed}: skipped, ${reason}`);
    else row.skipped = reason;
    return;
  }
  if (target?.outcome !== 'judged') {
    surprise(row, `seed ${seed}: ${target?.message ?? 'it did not run'}`);
    return;
  }
  seenStores.add(storeOf(row.target));
  const { verdict, trials, gaveUp, met, reasons } = target;
  if (trials.firstViolated !== undefined) row.trialsToFirst.push(trials.firstViolated);
  row.gaveUp.failed += gaveUp?.failed ?? 0;
  row.gaveUp.refused += gaveUp?.refused ?? 0;
  row.gaveUp.operations += gaveUp?.operations ?? 0;
  if (met === true) row.met += 1;
  else {
    const gave = gaveUp === undefined ? [] : [`${gaveUp.failed} failed and ${gaveUp.refused} refused`];
    surprise(row, `seed ${seed}: ${[verdict, ...gave, reasons.join('; ')].filter(Boolean).join(', ')}`);
  }
}

/** Told at once: the table comes hours later. */
function surprise(row: SoakRow, what: string): void {
  row.surprises.push(what);
  progress(`${row.target} in ${row.scenario}, ${what}`);
}

function storeOf(target: string): string {
  return target.split('/')[0]!;
}

function runsOn(target: string): number {
  return storeOf(target) === 'mongodb' ? Math.max(1, Math.round(runs * MONGODB_SHARE)) : runs;
}

function shareOf({ met, runs, skipped }: SoakRow): string {
  return skipped === undefined ? `${met} of ${runs}` : 'skipped';
}

function cells(row: SoakRow): string[] {
  const { target, scenario, expectation, trialsToFirst, gaveUp } = row;
  const first =
    trialsToFirst.length === 0
      ? ''
      : `median ${median(trialsToFirst)}, at most ${Math.max(...trialsToFirst)}`;
  const gave =
    gaveUp.operations === 0
      ? ''
      : `${gaveUp.failed} failed, ${gaveUp.refused} refused of ${gaveUp.operations}`;
  return [target, scenario, expectation, shareOf(row), first, gave];
}
