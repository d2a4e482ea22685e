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
}

/** Each target's row, by id, from as many trials as what it claims in the scenario asks for. */
export async function judgeAll<K extends keyof TargetContracts>(
  contract: K,
  { scenario, targets, parameters = {}, seed, more = {} }: Judged<K>,
): Promise<ReadonlyMap<string, ReportTarget>> {
  const name = typeof scenario === 'string' ? scenario : scenario.name;
  const rows = new Map<string, ReportTarget>();
  for (const alike of await byTrials(contract, name, targets, more)) {
    // Of either kind, as it was given.
    const given = { ...alike, scenario } as unknown as { scenario: string; targets: readonly string[] };
    const report = await raceCheck({ ...given, parameters, seed });
    // A control that was not asked for is a row of another call.
    for (const row of report.targets) if (row.role === 'named') rows.set(row.id, row);
  }
  return rows;
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
