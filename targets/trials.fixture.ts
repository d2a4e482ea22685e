import { raceCheck, type ReportTarget, type Scenario, type Target } from '../src/index.js';
import { loadTarget, type TargetContracts } from './index.js';

/** Of an unsafe target, which stops at its first violation: none of them needs luck to be caught in so many. */
const TO_CATCH = 59;
/** Of a safe target: it only has to show that it works. */
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
  /** Trials of those, by id, that give up in some trials only. */
  readonly more?: Readonly<Record<string, number>>;
  /** For what targets must be caught. */
  readonly caughtFor?: readonly Catch[];
}

export type Catch = readonly [target: { readonly id: string }, scenario: string, anomaly: string];

/** Each target's row, by id, from as many trials as what it claims in the scenario asks for. */
export async function judgeAll<K extends keyof TargetContracts>(
  contract: K,
  { scenario, targets, parameters = {}, seed, more = {}, caughtFor = [] }: Judged<K>,
): Promise<ReadonlyMap<string, ReportTarget>> {
  const name = typeof scenario === 'string' ? scenario : scenario.name;
  const rows = new Map<string, ReportTarget>();
  const judge = async (alike: Alike<K>, command: 'gate' | 'compare') => {
    // Of either kind, as it was given.
    const given = { ...alike, scenario } as unknown as { scenario: string; targets: readonly string[] };
    const report = await raceCheck({ ...given, parameters, seed, command });
    // A control that was not asked for is a row of another call.
    for (const row of report.targets) if (row.role === 'named') rows.set(row.id, row);
  };
  for (const alike of await byTrials(contract, name, targets, more)) await judge(alike, 'gate');
  // What stopped at its first violation may have shown another one first: then it goes on to the end.
  const elsewise = targets.filter(
    (one) => typeof one !== 'string' && showsAnother(rows.get(one.id), caughtFor),
  );
  if (elsewise.length > 0) await judge({ trials: TO_CATCH, targets: elsewise }, 'compare');
  return rows;
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
  more: Readonly<Record<string, number>>,
): Promise<readonly Alike<K>[]> {
  const alike = new Map<number, (string | Target<TargetContracts[K]>)[]>();
  for (const one of targets) {
    const { id, expectations } =
      typeof one === 'string'
        ? { id: one, expectations: (await loadTarget(contract, one))?.expectations }
        : one;
    const claim = expectations?.[scenario];
    const toShow = id.startsWith('mongodb/') ? TO_SHOW_ON_MONGODB : TO_SHOW;
    const trials =
      claim === 'violated' ? TO_CATCH : claim === 'gives-up' ? Math.max(more[id] ?? 0, toShow) : toShow;
    alike.set(trials, [...(alike.get(trials) ?? []), one]);
  }
  return [...alike].map(([trials, together]) => ({ trials, targets: together }));
}
