import { afterAll } from 'vitest';
import type { ReportTarget, Scenario, Target } from '../src/index.js';
import { composeReport } from '../src/session/compose-report.js';
import type { OpenStores } from '../src/session/open-stores.js';
import type { SessionOptions } from '../src/session/options.js';
import { planSession } from '../src/session/plan-session.js';
import { runPlan } from '../src/session/run-plan.js';
import { environmentOf, withOpenStores } from '../src/session/with-stores.js';
import type { Reaper } from '../src/process/reaper.js';
import { loadTarget, type TargetContracts } from './index.js';

/** Of an unsafe target, which stops at its first violation: none of them needs luck to be caught in so many. */
const TO_CATCH = 59;
/** Of a safe target, where nothing else is said: it only has to show that it works. */
const TO_SHOW = 10;
/** SecantusDB does some hundred operations a second, whatever they are. */
const TO_SHOW_ON_MONGODB = 5;

/** What is judged, and under which conditions. */
export interface Judged<K extends keyof TargetContracts> {
  /** By name, or one that has no name there. */
  readonly scenario: string | Pick<Scenario<TargetContracts[K]>, 'name' | 'contract'>;
  /** Of the contract's, by id, and others. */
  readonly targets: readonly (string | Target<TargetContracts[K]>)[];
  readonly parameters?: Readonly<Record<string, number>>;
  readonly seed: string;
  /** Trials of a safe target. */
  readonly toShow?: number;
  /** Trials of those, by id, that give up in some trials only. */
  readonly more?: Readonly<Record<string, number>>;
  /** For what targets must be caught. */
  readonly caughtFor?: readonly Catch[];
}

export type Catch = readonly [target: { readonly id: string }, scenario: string, anomaly: string];

/** Each target's row, by id, from as many trials as what it claims in the scenario asks for. */
export async function judgeAll<K extends keyof TargetContracts>(
  contract: K,
  { scenario, targets, parameters = {}, seed, toShow = TO_SHOW, more = {}, caughtFor = [] }: Judged<K>,
): Promise<ReadonlyMap<string, ReportTarget>> {
  const name = typeof scenario === 'string' ? scenario : scenario.name;
  const rows = new Map<string, ReportTarget>();
  const judge = async (alike: Alike<K>, command: 'gate' | 'compare') => {
    // Of either kind, as it was given.
    const given = { ...alike, scenario } as unknown as { scenario: string; targets: readonly string[] };
    for (const row of await judged({ ...given, parameters, seed, command })) rows.set(row.id, row);
  };
  for (const alike of await byTrials(contract, name, targets, { toShow, more })) await judge(alike, 'gate');
  // What stopped at its first violation may have shown another one first: then it goes on to the end.
  const elsewise = targets.filter(
    (one) => typeof one !== 'string' && showsAnother(rows.get(one.id), caughtFor),
  );
  if (elsewise.length > 0) await judge({ trials: TO_CATCH, targets: elsewise }, 'compare');
  return rows;
}

/** The clients of every scenario that is put to the test, and the pools of APIs. */
const CONNECTIONS = 250;

interface Shared {
  readonly stores: OpenStores;
  readonly reaper: Reaper;
}

let shared: Promise<Shared> | undefined;
let close: () => Promise<void> = () => Promise.resolve();
afterAll(() => close());

/** Started when they are first needed, and then shared by all that one file judges: each target has a namespace of its own. */
function sharedStores(): Promise<Shared> {
  shared ??= new Promise((opened, failed) => {
    const needs = { runId: 'conformance', stores: [], clients: CONNECTIONS };
    const ended = withOpenStores(
      {},
      needs,
      (stores, reaper) =>
        new Promise<void>((done) => {
          close = async () => {
            done();
            await (
              await ended
            ).stopped;
          };
          opened({ stores, reaper });
        }),
      () => false,
    );
    ended.catch(failed);
  });
  return shared;
}

/** The rows of a run as `raceCheck` makes it, but for controls that were not asked for: those are rows of another call. */
async function judged(options: SessionOptions): Promise<readonly ReportTarget[]> {
  const plan = await planSession({ ...options, isolation: 'none' });
  const { stores, reaper } = await sharedStores();
  const ran = await runPlan(plan, { stores, reaper, told: new Set() });
  const now = new Date(0);
  const report = composeReport({
    ...{ plan, ran, startedAt: now, finishedAt: now, interrupted: false, strict: false },
    ...{ environment: environmentOf(stores.opened()), required: [] },
  });
  return report.targets.filter(({ role }) => role === 'named');
}

function showsAnother(row: ReportTarget | undefined, caughtFor: readonly Catch[]): boolean {
  if (row?.outcome !== 'judged' || row.verdict !== 'violated') return false;
  const shown = new Set<string>(row.findings.map(({ anomaly }) => anomaly));
  return caughtFor.some(([{ id }, , anomaly]) => id === row.id && !shown.has(anomaly));
}

/** Targets that are judged together, since they need the same number of trials. */
interface Alike<K extends keyof TargetContracts> {
  readonly trials: number;
  readonly targets: readonly (string | Target<TargetContracts[K]>)[];
}

async function byTrials<K extends keyof TargetContracts>(
  contract: K,
  scenario: string,
  targets: readonly (string | Target<TargetContracts[K]>)[],
  { toShow, more }: Required<Pick<Judged<K>, 'toShow' | 'more'>>,
): Promise<readonly Alike<K>[]> {
  const alike = new Map<number, (string | Target<TargetContracts[K]>)[]>();
  for (const one of targets) {
    const { id, expectations } =
      typeof one === 'string'
        ? { id: one, expectations: (await loadTarget(contract, one))?.expectations }
        : one;
    const claim = expectations?.[scenario];
    const least = id.startsWith('mongodb/') ? Math.min(toShow, TO_SHOW_ON_MONGODB) : toShow;
    const trials =
      claim === 'violated' ? TO_CATCH : claim === 'gives-up' ? Math.max(more[id] ?? 0, least) : least;
    alike.set(trials, [...(alike.get(trials) ?? []), one]);
  }
  return [...alike].map(([trials, together]) => ({ trials, targets: together }));
}
