import type { ContractTypes } from '../core/contract.js';
import { seededRandom } from '../core/random.js';
import { carriedOut } from './carry-out.js';
import { anybody, byPriority, chanceOfPriority } from './choosers.js';
import type { Execution } from './execution.js';
import type { Explored, SearchPlan } from './explored.js';
import type { ExploredTrial } from './explored-trial.js';
import type { TargetSystem } from './target-system.js';

/** A way to draw schedules: by random priorities, with a guarantee, or at random, without one. */
export type Sampling = Exclude<SearchPlan, { kind: 'exhaustive' }>;

/** What schedules are drawn with. */
export interface SamplingPlan {
  readonly system: TargetSystem<ContractTypes>;
  readonly seed: string;
  /** Most steps of a schedule, as far as it is known. */
  readonly steps: number;
  readonly maxSchedules: number;
  /** Asked before each schedule. */
  readonly isUp: () => boolean;
}

/** What came of it. */
export interface Sampled {
  /** How many, and how they were drawn; for people. */
  readonly words: string;
  /** Where all were drawn by priorities. */
  readonly chance?: Explored['chance'];
}

/** Runs schedules that are drawn from the seed, those kinds in turn. */
export async function sample(
  kinds: readonly Sampling[],
  { system, seed, steps: known, maxSchedules, isUp }: SamplingPlan,
  onExecution: (execution: Execution<ExploredTrial<ContractTypes>>) => void,
): Promise<Sampled> {
  const { actors } = system;
  let steps = known;
  let missed = 1;
  let each = 1;
  let drawn = 0;
  for (; drawn < maxSchedules && !isUp(); drawn += 1) {
    const random = seededRandom(`${seed}/schedule/${drawn}`);
    const kind = kinds[drawn % kinds.length]!;
    let choose = anybody(random);
    if (kind.kind === 'pct') {
      choose = byPriority(actors, { steps, depth: kind.depth }, random);
      const chance = chanceOfPriority(actors, steps, kind.depth);
      each = Math.min(each, chance);
      missed *= 1 - chance;
    }
    const execution = await carriedOut(system, choose);
    steps = Math.max(steps, execution.transitions.length);
    onExecution(execution);
  }
  const how = kinds.map(({ kind }) => (kind === 'pct' ? 'by random priorities' : 'at random')).join(' and ');
  return {
    words: `${drawn} ${drawn === 1 ? 'schedule was' : 'schedules were'} drawn ${how}`,
    ...(kinds.every(({ kind }) => kind === 'pct') && { chance: { each, all: 1 - missed, steps } }),
  };
}
