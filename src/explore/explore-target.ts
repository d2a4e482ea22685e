import type { ContractTypes } from '../core/contract.js';
import { following } from './choosers.js';
import { counterexampleOf } from './counterexample.js';
import { Diverged } from './diverged.js';
import type { Execution, Victims } from './execution.js';
import { searchAll } from './exhaustive.js';
import { reduces, type Counterexample, type Explored, type ExplorePlan } from './explored.js';
import type { ExploredTrial } from './explored-trial.js';
import { isEverything, leftOutOf } from './left-out.js';
import { isSmaller, type FoundSchedule } from './minimise.js';
import { sample, type Sampling } from './sampling.js';
import { Stuck } from './stuck.js';
import { Tally } from './tally.js';
import type { TargetSystem } from './target-system.js';
import { Traces } from './traces.js';
import { warmedUp } from './warm-up.js';

type Trial = ExploredTrial<ContractTypes>;

export interface ExploreProgress {
  /** So many schedules were run, and so many of them violated. */
  scheduleDone(run: number, violated: number): void;
}

/** Of the budget. What is left when a search is not through goes to schedules that are drawn: they get further apart. */
const EXHAUSTIVE_SHARE = 0.75;
const PCT_DEPTH = 3;

/** Where clients live elsewhere, and nothing comes from there: to choose who goes first among them chooses nothing. */
const UNHEARD = {
  instance:
    'nothing that the API sends to its store came through race-check: each instance has to use the address that it is given (PostgreSQL: DATABASE_URL)',
  program:
    'nothing that the program sends to its store came through race-check: each client has to use the addresses that "arm" gives it',
} as const;

/** Runs one schedule of a target after the other, as the plan says, and judges each. Never rejects for what a target does. */
export async function exploreTarget(
  system: TargetSystem<ContractTypes>,
  plan: ExplorePlan,
  progress: ExploreProgress,
  signal: AbortSignal,
): Promise<Explored> {
  return new Exploration(system, plan, progress, signal).run();
}

class Exploration {
  readonly #traces = new Traces();
  readonly #tally = new Tally();
  readonly #beganAt = performance.now();
  readonly #cut: string[] = [];
  readonly #reasons: string[] = [];
  #smallest: FoundSchedule | undefined;
  #steps = 1;
  #redundant = 0;
  #repeated = 0;
  #isExhaustive = false;
  #isFair = false;
  #standFor: bigint | undefined;
  #chance: Explored['chance'];
  #searchMs: number | undefined;

  constructor(
    private readonly system: TargetSystem<ContractTypes>,
    private readonly plan: ExplorePlan,
    private readonly progress: ExploreProgress,
    private readonly signal: AbortSignal,
  ) {}

  async run(): Promise<Explored> {
    let counterexample: Counterexample | undefined;
    try {
      await this.#learnIds();
      await this.#search();
      this.#searchMs = this.#elapsedMs();
      if (this.#smallest !== undefined && !this.signal.aborted) {
        const shown = await counterexampleOf(this.#smallest, this.system, this.#traces, this.signal);
        if ('reason' in shown) this.#reasons.push(shown.reason);
        else counterexample = shown;
      }
    } catch (error) {
      if (!(error instanceof Stuck || error instanceof Diverged)) throw error;
      this.#reasons.push(error.message);
      this.#isExhaustive = false;
    }
    return this.#explored(counterexample);
  }

  /** The same schedule twice: what differs between the two is no difference. */
  async #learnIds(): Promise<void> {
    const { transitions } = await warmedUp(this.#traces, () => this.system.run(following([])));
    this.#steps = Math.max(this.#steps, transitions.length);
    const { each } = this.system;
    if (each !== undefined && transitions.every(({ kind }) => kind !== 'request'))
      throw new Stuck(UNHEARD[each]);
  }

  async #search(): Promise<void> {
    const { search } = this.plan;
    if (search.kind !== 'exhaustive') return this.#sample([search]);
    const found = await searchAll(
      this.system,
      {
        reduce: reduces(search),
        preemptions: search.preemptions,
        maxSchedules: this.plan.maxSchedules,
        isUp: () => this.#isUp(EXHAUSTIVE_SHARE),
        onStartOver: () => this.#tally.startOver(),
      },
      (execution, standFor, victims) => this.#take(execution, standFor, victims),
      (before, again) => this.#traces.isSame(before, again),
    );
    this.#redundant = found.redundant;
    this.#isFair = found.heldBack > 0;
    this.#standFor = found.standFor;
    this.#repeated = found.repeated;
    if (found.cut !== undefined) this.#cut.push(`it ended ${found.cut}`);
    if (this.#isUp(EXHAUSTIVE_SHARE) && this.#tally.violated === 0 && !this.#isUp()) {
      await this.#sample([{ kind: 'pct', depth: PCT_DEPTH }, { kind: 'random' }]);
    }
    const { speaksInParallel } = this.system;
    this.#cut.push(...leftOutOf(found, search, speaksInParallel));
    this.#isExhaustive = isEverything(found, search, speaksInParallel);
  }

  async #sample(kinds: readonly Sampling[]): Promise<void> {
    const { seed, maxSchedules = Number.POSITIVE_INFINITY } = this.plan;
    const { words, chance } = await sample(
      kinds,
      {
        ...{ system: this.system, seed, steps: this.#steps },
        maxSchedules: maxSchedules - this.#tally.run,
        isUp: () => this.#isUp(),
      },
      (execution) => this.#take(execution, 1n, []),
    );
    this.#chance = chance;
    this.#cut.push(words);
  }

  #take(execution: Execution<Trial>, standFor: bigint, victims: Victims): void {
    const trial = execution.result!;
    const isViolated = this.#tally.add(execution.transitions, trial, standFor, this.#elapsedMs());
    for (const problem of trial.result.undecided) {
      if (!this.#reasons.includes(problem)) this.#reasons.push(problem);
    }
    if (isViolated) {
      const clients = execution.transitions.map(({ client }) => client);
      if (this.#smallest === undefined || isSmaller(clients, this.#smallest.clients)) {
        this.#smallest = { clients, victims };
      }
    }
    this.progress.scheduleDone(this.#tally.run, this.#tally.violated);
  }

  #explored(counterexample: Counterexample | undefined): Explored {
    const { search } = this.plan;
    const tally = this.#tally;
    const reasons = [...this.#reasons];
    const isCut = search.kind === 'exhaustive' && !this.#isExhaustive && search.preemptions === undefined;
    if (this.signal.aborted) reasons.push('interrupted');
    if (isCut && reasons.length === 0) reasons.push(...this.#cut);
    if (search.kind === 'random') reasons.push('a random search gives no bound for what it did not see');
    if (tally.run === 0 && reasons.length === 0) reasons.push('no schedule was run');
    if (tally.run > 0 && tally.answered === 0) reasons.push('no operation was answered in any schedule');
    const isViolated = tally.firstViolationMs !== undefined;
    return {
      verdict: isViolated ? 'violated' : reasons.length > 0 ? 'inconclusive' : 'holds',
      reasons,
      search,
      clients: this.system.clients,
      workers: this.system.actors - this.system.clients,
      ...(this.system.each && { each: this.system.each }),
      schedules: {
        ...{ run: tally.run, redundant: this.#redundant, violated: tally.violated, gaveUp: tally.gaveUp },
        ...(this.#repeated > 0 && { repeated: this.#repeated }),
        ...(this.#isExhaustive && this.#standFor !== undefined
          ? { standFor: { all: String(this.#standFor), violated: String(tally.violatedStandFor) } }
          : {}),
      },
      isExhaustive: this.#isExhaustive && !this.signal.aborted,
      isFair: this.#isFair,
      cut: this.#cut,
      ...(this.#chance && { chance: this.#chance }),
      ends: tally.ends,
      steps: tally.steps,
      ...(tally.sawCircle && { victimChosenBy: this.system.choosesVictim ? 'scheduler' : 'server' }),
      findings: tally.findings,
      ...(counterexample && { counterexample }),
      searchMs: this.#searchMs ?? this.#elapsedMs(),
      elapsedMs: this.#elapsedMs(),
      ...(tally.firstViolationMs === undefined ? {} : { firstViolationMs: tally.firstViolationMs }),
    };
  }

  #isUp(share = 1): boolean {
    return this.signal.aborted || this.#elapsedMs() >= share * this.plan.budgetMs;
  }

  #elapsedMs(): number {
    return performance.now() - this.#beganAt;
  }
}
