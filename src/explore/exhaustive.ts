import { beforeNextTime, MOST_TIMES } from './carry-out.js';
import { hasContest, isOvertaken } from './contests.js';
import { Diverged, wordsOf } from './diverged.js';
import type { Choice, ChoicePoint, Execution, System, Transition, Victims } from './execution.js';
import { dependentSteps } from './happens-before.js';
import { SearchTree, type TreeLimits } from './search-tree.js';
import { CircleStays } from './stuck.js';
import { MOST_WARMING } from './warm-up.js';

/** How far an exhaustive search goes. */
export interface SearchLimits extends Omit<TreeLimits, 'choosesVictim'> {
  readonly maxSchedules?: number | undefined;
  /** Asked before each schedule. */
  isUp(): boolean;
  /** Told when what was run is no longer enough: more depends on each other than was known, and all is run again. */
  onStartOver?(): void;
}

/** What a search came to. */
export interface SearchResult {
  /** Schedules that were followed to their end. */
  readonly schedules: number;
  /** Begun, and seen to be like one that had been run already. */
  readonly redundant: number;
  /** How many schedules they stand for. Undefined where rules of fairness or a bound make that no sum of theirs. */
  readonly standFor: bigint | undefined;
  /** Why it is not all: a bound in words. Undefined where it is. */
  readonly cut: string | undefined;
  /** How often a client was held back that would only have repeated itself. */
  readonly heldBack: number;
  /** How often a client was not interrupted, since it had been often enough. */
  readonly preemptionsCut: number;
  /** Clients waited for each other outside the store. */
  readonly sharesMemory: boolean;
  /** Of some circles not each client was the victim: where the store would not have it, chooses itself, or undid one without an error. */
  readonly victimsCut: boolean;
  /** How often a schedule was carried out again, since the store had let clients that waited go on in another order. */
  readonly repeated: number;
  /** How often the store chose who goes on first, and no other schedule shows what the other choice leads to. */
  readonly contestsCut: number;
}

/**
 * Every schedule, depth first: each run follows the last one up to the deepest place where something else is still to be
 * tried. With reduction one schedule of each class of equivalent ones, by source sets and sleep sets: Abdulla, Aronis,
 * Jonsson and Sagonas, Optimal Dynamic Partial Order Reduction, POPL 2014, algorithm 1. No state is kept between runs but the
 * way to the next.
 *
 * Every client at a gate can go: one that the store then has wait has gone, and its answer is part of the step that brings
 * it. So no lock needs to be known here, and a deadlock is an end like another.
 *
 * Throws `Diverged` where a repeated prefix did not repeat.
 */
export async function searchAll<Result>(
  system: System<Result>,
  limits: SearchLimits,
  onExecution: (execution: Execution<Result>, standFor: bigint, victims: Victims) => void,
  isSame: (before: Transition, again: Transition) => boolean = sameRequest,
): Promise<SearchResult> {
  const search = new Search(system, limits, isSame);
  return search.run(onExecution);
}

class Search<Result> {
  readonly #tree: SearchTree;
  #counted = NONE;
  #heldBack = 0;
  #sharesMemory = false;
  #repeated = 0;
  #divergence: Diverged | undefined;
  /** How often it began again because the code did not do the same again. */
  #warmings = 0;
  /** Of the search before this one. */
  #numbers = '';

  constructor(
    private readonly system: System<Result>,
    private readonly limits: SearchLimits,
    private readonly isSame: (before: Transition, again: Transition) => boolean,
  ) {
    const { choosesVictim } = system;
    this.#tree = new SearchTree(
      dependentSteps((one, other) => system.dependent(one, other)),
      { ...limits, choosesVictim },
    );
  }

  async run(
    onExecution: (execution: Execution<Result>, standFor: bigint, victims: Victims) => void,
  ): Promise<SearchResult> {
    let cut: string | undefined;
    let grown = this.system.dependenceGrown;
    for (;;) {
      cut = this.#bound();
      if (cut !== undefined) break;
      const { victims } = this.#tree;
      const execution = await this.#carryOut(victims).catch((error: unknown) => this.#warm(error));
      if (execution === 'victim chosen') continue;
      if (execution === 'another way') {
        this.#startOver();
        continue;
      }
      if (execution === undefined) {
        this.#tree.leftOut.victimsCut = true;
        if (!this.#tree.next()) break;
        continue;
      }
      if (this.limits.reduce && grown !== this.system.dependenceGrown) {
        grown = this.system.dependenceGrown;
        this.#startOver();
        continue;
      }
      this.#learn(execution, victims, onExecution);
      if (this.#tree.next()) continue;
      if (this.#isConfirmed()) break;
      this.#startOver();
    }
    return this.#result(cut);
  }

  /** Why it ends here. */
  #bound(): string | undefined {
    const { schedules } = this.#counted;
    if (schedules === this.limits.maxSchedules) {
      return `after ${schedules} ${schedules === 1 ? 'schedule' : 'schedules'}`;
    }
    return this.limits.isUp() ? 'when the time was up' : undefined;
  }

  #learn(
    execution: Execution<Result>,
    victims: Victims,
    onExecution: (execution: Execution<Result>, standFor: bigint, victims: Victims) => void,
  ): void {
    const { transitions, heldBack, sharesMemory, result } = execution;
    this.#heldBack += heldBack;
    this.#sharesMemory ||= sharesMemory;
    this.#tree.learn(transitions);
    const { schedules, redundant, standFor } = this.#counted;
    if (result === undefined) {
      this.#counted = { schedules, redundant: redundant + 1, standFor };
      return;
    }
    const equivalent = this.#tree.standsFor();
    this.#counted = { schedules: schedules + 1, redundant, standFor: standFor + equivalent };
    onExecution(execution, equivalent, victims);
  }

  #result(cut: string | undefined): SearchResult {
    const { schedules, redundant, standFor } = this.#counted;
    const { unreachable, preemptionsCut, victimsCut, contestsCut } = this.#tree.leftOut;
    const isSum = cut === undefined && this.#heldBack === 0 && preemptionsCut === 0;
    return {
      ...{ schedules, redundant, cut },
      standFor: isSum ? standFor : undefined,
      heldBack: this.#heldBack + unreachable,
      sharesMemory: this.#sharesMemory,
      repeated: this.#repeated,
      ...{ preemptionsCut, victimsCut, contestsCut },
    };
  }

  /**
   * The next schedule, in which whoever stands first in a queue goes on first. Where the store had it otherwise it is carried
   * out again: that somebody gets ahead is what happens in the schedule in which he came first. So the store's luck decides
   * nothing, and a prefix repeats. Undefined where those who shall fail in its circles cannot be had.
   */
  async #carryOut(victims: Victims): Promise<Execution<Result> | 'victim chosen' | undefined> {
    const goBack = this.#tree.mark();
    for (let time = 1; ; time += 1) {
      this.#divergence = undefined;
      const execution = await this.system
        .run((point) => this.#choose(point), victims)
        .catch((error: unknown) => this.#withoutVictim(error, victims));
      if (execution === undefined || execution === 'victim chosen') return execution;
      const { transitions } = execution;
      const divergence = this.#divergence ?? this.#divergenceOf(transitions);
      if (divergence === undefined) {
        if (time === MOST_TIMES || !isOvertaken(transitions)) return execution;
      } else if (time === MOST_TIMES || !this.#isLuck(transitions, divergence)) throw divergence;
      this.#repeated += 1;
      await beforeNextTime(time);
      goBack();
    }
  }

  #choose(point: ChoicePoint): Choice {
    const choice = this.#tree.choose(point);
    if (!(choice instanceof Diverged)) return choice;
    this.#divergence = choice;
    return undefined;
  }

  #withoutVictim(error: unknown, victims: Victims): 'victim chosen' | undefined {
    const what = error instanceof CircleStays ? this.#tree.circleStays(error.left, victims) : undefined;
    if (what === undefined) throw error;
    return what === 'chosen' ? 'victim chosen' : undefined;
  }

  /** The first times are not like the later ones: all is run again, a few times. Throws what is for good. */
  #warm(error: unknown): 'another way' {
    if (!(error instanceof Diverged) || this.#warmings === MOST_WARMING) throw error;
    this.#warmings += 1;
    return 'another way';
  }

  /** What happened for the first time only may also have come where no prefix was repeated: then another search has other numbers. */
  #isConfirmed(): boolean {
    const { schedules, redundant, standFor } = this.#counted;
    const numbers = `${schedules} ${redundant} ${standFor}`;
    const isSame = this.#warmings === 0 || this.#warmings === MOST_WARMING || numbers === this.#numbers;
    this.#numbers = numbers;
    if (!isSame) this.#warmings += 1;
    return isSame;
  }

  #startOver(): void {
    this.#tree.clear();
    this.#counted = NONE;
    this.#heldBack = 0;
    this.limits.onStartOver?.();
  }

  /** What is not as it was in the part that was carried out before. */
  #divergenceOf(transitions: readonly Transition[]): Diverged | undefined {
    const place = this.#tree.repeated.findIndex((before, at) => {
      const again = transitions[at];
      return before !== undefined && again !== undefined && !this.isSame(before, again);
    });
    if (place < 0) return undefined;
    return new Diverged(place, wordsOf(this.#tree.repeated[place]), wordsOf(transitions[place]));
  }

  #isLuck(transitions: readonly Transition[], { place }: Diverged): boolean {
    return hasContest(transitions, place) || hasContest(this.#tree.steps, place);
  }
}

/** What a search counts, until it has to start over. */
const NONE = { schedules: 0, redundant: 0, standFor: 0n };

function sameRequest(before: Transition, again: Transition): boolean {
  return before.client === again.client && before.label === again.label && before.waits === again.waits;
}
