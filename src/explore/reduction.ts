import type { ContractTypes } from '../core/contract.js';
import { following } from './choosers.js';
import { EndNames } from './ends.js';
import { searchAll, type SearchResult } from './exhaustive.js';
import type { TargetSystem } from './target-system.js';
import { Traces } from './traces.js';
import { warmedUp } from './warm-up.js';

/** What a search with reduction and one without it came to. */
export interface Compared {
  readonly reduced: SearchResult;
  readonly all: SearchResult;
  /** Different ends of either. */
  readonly ends: number;
  /**
   * What contradicts the promise that one schedule of each class shows all that any shows; none: it was kept. Each says for people
   * what, and by which schedule.
   */
  readonly problems: readonly string[];
  /** Neither search was cut: nothing is left open. */
  readonly isWhole: boolean;
}

/** How far each of the two searches goes. Default: to its end. */
export interface ComparedLimits {
  readonly maxSchedules?: number;
  readonly budgetMs?: number;
}

/** By name, the first schedule that ended so. */
type Ends = ReadonlyMap<string, readonly number[]>;

export interface Reached {
  readonly ends: Ends;
  readonly search: SearchResult;
}

type Open = () => Promise<{
  readonly system: TargetSystem<ContractTypes>;
  readonly close: () => Promise<void>;
}>;

/**
 * Searches twice, with reduction and without, and compares where the schedules ended: what each client was told, and the state
 * that was left. Where the search without reduction was cut, all that it reached must be among what the other reached; where the
 * other was cut too, nothing but that both ran is shown.
 */
export async function compareReduction(open: Open, limits: ComparedLimits = {}): Promise<Compared> {
  const [reduced, all] = [await reachEnds(open, true, limits), await reachEnds(open, false, limits)];
  const problems = [
    ...(reduced.search.cut === undefined ? missing(all.ends, reduced.ends, 'only without reduction') : []),
    ...(all.search.cut === undefined ? missing(reduced.ends, all.ends, 'only with reduction') : []),
  ];
  const isWhole = [reduced, all].every(({ search }) => search.cut === undefined);
  const { standFor } = reduced.search;
  if (isWhole && standFor !== undefined && standFor !== BigInt(all.search.schedules)) {
    problems.push(`it stands for ${standFor} schedules, and there are ${all.search.schedules}`);
  }
  const ends = new Set([...reduced.ends.keys(), ...all.ends.keys()]).size;
  return { reduced: reduced.search, all: all.search, ends, problems, isWhole };
}

function missing(ones: Ends, others: Ends, where: string): readonly string[] {
  return [...ones].flatMap(([end, schedule]) =>
    others.has(end) ? [] : [`reached ${where}, by the clients ${schedule.join(' ')}: ${end}`],
  );
}

/** Where the schedules of a search end. */
export async function reachEnds(
  open: Open,
  reduce: boolean,
  { maxSchedules, budgetMs = Number.POSITIVE_INFINITY }: ComparedLimits = {},
): Promise<Reached> {
  const { system, close } = await open();
  try {
    const [traces, names] = [new Traces(), new EndNames()];
    const one = await warmedUp(traces, () => system.run(following([])));
    names.learn(one.result!, (await system.run(following([]))).result!);
    const ends = new Map<string, readonly number[]>();
    const beganAtMs = performance.now();
    const search = await searchAll(
      system,
      {
        ...{ reduce, maxSchedules },
        isUp: () => performance.now() - beganAtMs > budgetMs,
        onStartOver: () => ends.clear(),
      },
      ({ result, transitions }) => {
        const name = names.nameOf(result!);
        if (!ends.has(name))
          ends.set(
            name,
            transitions.map(({ client }) => client),
          );
      },
      (before, again) => traces.isSame(before, again),
    );
    return { ends, search };
  } finally {
    await close();
  }
}
