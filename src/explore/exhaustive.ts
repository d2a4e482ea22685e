import { MOST_DIVERGED, MOST_OVERTAKEN } from './carry-out.js';
import { hasContest, isOvertaken } from './contests.js';
import type { Choice, ChoicePoint, Execution, System, Transition, Victims } from './execution.js';
import { Diverged, wordsOf } from './diverged.js';
import { MOST_WARMING } from './warm-up.js';
import { dependentSteps, HappensBefore, type Dependent } from './happens-before.js';
import { CircleStays } from './stuck.js';
import { VictimBranches, victimsOf } from './victim-branches.js';

/** How far an exhaustive search goes. */
export interface SearchLimits {
  /** Leaves out what only swaps steps that do not depend on each other. Not together with `preemptions`. */
  readonly reduce: boolean;
  /** At most so often is a client interrupted that could have gone on. Default: as often as there is a way. */
  readonly preemptions?: number | undefined;
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

/** A place of the tree on the way to the schedule that is being run. */
interface Node {
  readonly enabled: readonly number[];
  readonly heldBack: readonly number[];
  /** Whom it is worth to have gone first here. */
  readonly backtrack: Set<number>;
  /** Who need not go first here any more: what would follow has been seen, or is equivalent to it. */
  readonly asleep: Map<number, Transition>;
  taken: number;
  /** Who fails in the circles that the step closes. */
  victims: VictimBranches;
  /** What the step was with those who were tried before. */
  readonly otherwise: Transition[];
  transition: Transition | undefined;
  readonly preemptionsBefore: number;
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
  readonly #nodes: Node[] = [];
  readonly #order: HappensBefore;
  readonly #dependent: Dependent;
  #heldBack = 0;
  #preemptionsCut = 0;
  #sharesMemory = false;
  #unreachable = 0;
  #victimsCut = false;
  #repeated = 0;
  #contestsCut = 0;
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
    this.#dependent = dependentSteps((one, other) => system.dependent(one, other));
    this.#order = new HappensBefore(this.#dependent);
  }

  async run(
    onExecution: (execution: Execution<Result>, standFor: bigint, victims: Victims) => void,
  ): Promise<SearchResult> {
    let schedules = 0;
    let redundant = 0;
    let standFor = 0n;
    let cut: string | undefined;
    let grown = this.system.dependenceGrown;
    for (;;) {
      if (schedules === this.limits.maxSchedules)
        cut = `after ${schedules} ${schedules === 1 ? 'schedule' : 'schedules'}`;
      else if (this.limits.isUp()) cut = 'when the time was up';
      if (cut !== undefined) break;
      const victims = victimsOf(this.#nodes);
      const execution = await this.#carryOut(victims).catch((error: unknown) => this.#warm(error));
      if (execution === 'another way') {
        schedules = redundant = 0;
        standFor = 0n;
        this.#startOver();
        continue;
      }
      if (execution === undefined) {
        this.#victimsCut = true;
        if (!this.#next()) break;
        continue;
      }
      if (execution === 'victim chosen') continue;
      if (this.limits.reduce && grown !== this.system.dependenceGrown) {
        grown = this.system.dependenceGrown;
        schedules = redundant = 0;
        standFor = 0n;
        this.#startOver();
        continue;
      }
      this.#learn(execution);
      if (execution.result === undefined) redundant += 1;
      else {
        schedules += 1;
        const equivalent = this.limits.reduce ? this.#order.linearExtensions() : 1n;
        standFor += equivalent;
        onExecution(execution, equivalent, victims);
      }
      if (this.#next()) continue;
      if (this.#isConfirmed(`${schedules} ${redundant} ${standFor}`)) break;
      schedules = redundant = 0;
      standFor = 0n;
      this.#startOver();
    }
    const isSum = cut === undefined && this.#heldBack === 0 && this.#preemptionsCut === 0;
    return {
      ...{ schedules, redundant, cut },
      standFor: isSum ? standFor : undefined,
      heldBack: this.#heldBack + this.#unreachable,
      preemptionsCut: this.#preemptionsCut,
      sharesMemory: this.#sharesMemory,
      victimsCut: this.#victimsCut,
      repeated: this.#repeated,
      contestsCut: this.#contestsCut,
    };
  }

  /**
   * The next schedule, in which whoever stands first in a queue goes on first. Where the store had it otherwise it is carried
   * out again: that somebody gets ahead is what happens in the schedule in which he came first. So the store's luck decides
   * nothing, and a prefix repeats.
   */
  async #carryOut(victims: Victims): Promise<Execution<Result> | 'victim chosen' | undefined> {
    const [length, preemptionsCut] = [this.#nodes.length, this.#preemptionsCut];
    for (let time = 1; ; time += 1) {
      this.#divergence = undefined;
      const execution = await this.system
        .run((point) => this.#choose(point), victims)
        .catch((error: unknown) => this.#withoutVictim(error, victims));
      if (execution === undefined || execution === 'victim chosen') return execution;
      const { transitions } = execution;
      const divergence = this.#divergence ?? this.#divergenceOf(transitions);
      if (divergence === undefined) {
        if (!isOvertaken(transitions)) return execution;
        if (time === MOST_OVERTAKEN) {
          this.#contestsCut += 1;
          return execution;
        }
      } else if (time === MOST_DIVERGED || !this.#isLuck(transitions, divergence)) throw divergence;
      this.#repeated += 1;
      this.#nodes.length = length;
      this.#preemptionsCut = preemptionsCut;
      const last = this.#nodes.at(-1);
      if (last !== undefined) last.transition = undefined;
    }
  }

  /** The first times are not like the later ones: all is run again, a few times. Throws what is for good. */
  #warm(error: unknown): 'another way' {
    if (!(error instanceof Diverged) || this.#warmings === MOST_WARMING) throw error;
    this.#warmings += 1;
    return 'another way';
  }

  /** What happened for the first time only may also have come where no prefix was repeated: then another search has other numbers. */
  #isConfirmed(numbers: string): boolean {
    const isSame = this.#warmings === 0 || this.#warmings === MOST_WARMING || numbers === this.#numbers;
    this.#numbers = numbers;
    if (!isSame) this.#warmings += 1;
    return isSame;
  }

  #startOver(): void {
    this.#nodes.length = 0;
    this.#order.truncate(0);
    this.#heldBack = this.#preemptionsCut = this.#unreachable = this.#contestsCut = 0;
    this.#victimsCut = false;
    this.limits.onStartOver?.();
  }

  /** What is not as it was in the part that was carried out before. */
  #divergenceOf(transitions: readonly Transition[]): Diverged | undefined {
    for (let place = 0; place < Math.min(this.#order.length, transitions.length); place += 1) {
      const [before, again] = [this.#nodes[place]!.transition, transitions[place]!];
      if (before !== undefined && !this.isSame(before, again)) {
        return new Diverged(place, wordsOf(before), wordsOf(again));
      }
    }
    return undefined;
  }

  #isLuck(transitions: readonly Transition[], { place }: Diverged): boolean {
    const before = this.#nodes.flatMap(({ transition }) => transition ?? []);
    return hasContest(transitions, place) || hasContest(before, place);
  }

  #choose({ place, enabled, heldBack, labels, before }: ChoicePoint): Choice {
    const known = this.#nodes[place];
    if (known !== undefined) {
      if (!enabled.includes(known.taken)) {
        const expected = known.transition?.label ?? `a step of client ${known.taken}`;
        this.#divergence = new Diverged(place, `client ${known.taken}: ${expected}`, came(enabled, labels));
        return undefined;
      }
      return { client: known.taken, expectsWait: known.transition?.waits ?? false };
    }
    const last = before.at(-1);
    const parent = this.#nodes[place - 1];
    if (parent !== undefined && last !== undefined) parent.transition = last;
    const asleep = parent === undefined ? new Map<number, Transition>() : this.#stillAsleep(parent);
    const preemptionsBefore = parent === undefined ? 0 : this.#preemptionsAfter(parent, place - 1);
    const awake = enabled.filter((client) => !asleep.has(client));
    const allowed = this.#within(preemptionsBefore, last?.client, enabled, awake);
    // To go on with the same client is to begin with the schedules that are easy to read.
    const taken = last !== undefined && allowed.includes(last.client) ? last.client : allowed[0];
    if (taken === undefined) return undefined;
    const backtrack = new Set(this.limits.reduce ? [taken] : allowed);
    this.#nodes.push({
      ...{ enabled, heldBack, backtrack, asleep, taken, preemptionsBefore },
      ...{ victims: new VictimBranches(), otherwise: [], transition: undefined },
    });
    return { client: taken };
  }

  #stillAsleep({ asleep, taken, transition }: Node): Map<number, Transition> {
    if (!this.limits.reduce || transition === undefined) return new Map();
    return new Map(
      [...asleep].filter(([client, step]) => client !== taken && !this.#dependent(step, transition)),
    );
  }

  #preemptionsAfter({ preemptionsBefore, taken, enabled }: Node, place: number): number {
    const last = this.#nodes[place - 1]?.taken;
    return preemptionsBefore + (last !== undefined && last !== taken && enabled.includes(last) ? 1 : 0);
  }

  /** Those whose turn would not be one interruption too many. */
  #within(
    preemptions: number,
    last: number | undefined,
    enabled: readonly number[],
    awake: readonly number[],
  ): readonly number[] {
    const most = this.limits.preemptions;
    if (most === undefined || preemptions < most || last === undefined || !enabled.includes(last))
      return awake;
    const kept = awake.filter((client) => client === last);
    this.#preemptionsCut += awake.length - kept.length;
    return kept;
  }

  /** Takes up what was carried out: the order of its steps, and where another one must be tried. */
  #learn({ transitions, heldBack, sharesMemory }: Execution<Result>): void {
    this.#heldBack += heldBack;
    this.#sharesMemory ||= sharesMemory;
    transitions.slice(0, this.#nodes.length).forEach((transition, place) => {
      const node = this.#nodes[place]!;
      if (place < this.#order.length) return;
      node.transition = transition;
      this.#noteVictims(node);
      const races = this.#order.add(transition);
      this.#noteContests(transition, place);
      if (!this.limits.reduce) return;
      for (const { earlier, initials } of races) this.#reverse(this.#nodes[earlier]!, initials);
    });
  }

  /**
   * Nobody would fail in a circle by himself: then somebody is chosen. Or the store cannot be brought to have this one fail; what it
   * chose by itself was carried out before.
   */
  #withoutVictim(error: unknown, victims: Victims): 'victim chosen' | undefined {
    const last = this.#nodes.at(-1);
    if (!(error instanceof CircleStays) || last === undefined || !this.system.choosesVictim) throw error;
    const { number, members, ofStep } = error.left;
    const before = this.#nodes.slice(0, -1).flatMap(({ transition }) => transition?.circles ?? []);
    if (number >= victims.length && number === before.length + ofStep.length) {
      last.victims.choose(ofStep, members);
      return 'victim chosen';
    }
    if (last.victims.chosen.length === 0) throw error;
    return undefined;
  }

  #noteVictims({ victims, transition }: Node): void {
    const { circles = [], hasOpenCircle = false } = transition ?? {};
    this.#victimsCut ||= hasOpenCircle || (circles.length > 0 && !this.system.choosesVictim);
    if (this.system.choosesVictim) victims.note(circles);
  }

  /**
   * That the second of a queue is first is what happens where the first asked after him, if he could have: if his request
   * depends on nothing that came between the two. What the holder did meanwhile was seen by nobody, and kept both waiting
   * either way; that it is one and the same holder is certain among three clients.
   */
  #noteContests({ contests = [], client: holder }: Transition, place: number): void {
    const before = this.#nodes.slice(0, place).map(({ transition }) => transition!);
    const isOneHolder = new Set(before.map(({ client }) => client)).size <= 3;
    const askedAt = (asker: number) => before.findLastIndex(({ client, waits }) => client === asker && waits);
    for (const { first, second, queue } of contests) {
      const [from, to] = [askedAt(first), askedAt(second)];
      const between = before
        .slice(from + 1, to)
        .filter(({ client }) => !(isOneHolder && client === holder))
        .some((step) => this.#dependent(before[from]!, step));
      if (queue !== 'kept' || from < 0 || between) this.#contestsCut += 1;
    }
  }

  /** Sees to it that at this place somebody is tried by whom the race comes out the other way round. */
  #reverse(node: Node, initials: ReadonlySet<number>): void {
    for (const client of initials) {
      if (node.backtrack.has(client) || node.asleep.has(client)) return;
    }
    const possible = [...initials].filter((client) => node.enabled.includes(client));
    if (possible.length > 0) node.backtrack.add(possible.at(-1)!);
    else if ([...initials].some((client) => node.heldBack.includes(client))) this.#unreachable += 1;
    // Cannot happen where the dependence is right, because who may begin the reversal depends on nothing before it. Where
    // it is not, everything is tried.
    else for (const client of node.enabled) node.backtrack.add(client);
  }

  /** Goes back to the deepest place where something is left to try; false when there is none. */
  #next(): boolean {
    for (;;) {
      const node = this.#nodes.at(-1);
      if (node === undefined) return false;
      const place = this.#nodes.length - 1;
      if (node.victims.next()) {
        if (node.transition !== undefined) node.otherwise.push(node.transition);
        node.transition = undefined;
        this.#order.truncate(place);
        return true;
      }
      // Undefined where the last victim could not be had.
      const step = node.transition ?? node.otherwise.pop();
      if (step !== undefined) node.asleep.set(node.taken, withAll(step, node.otherwise.splice(0)));
      const next = [...node.backtrack].find((client) => !node.asleep.has(client));
      this.#order.truncate(place);
      if (next !== undefined) {
        node.taken = next;
        node.victims = new VictimBranches();
        node.transition = undefined;
        return true;
      }
      this.#nodes.pop();
    }
  }
}

/** A step whose circle was undone in several ways touches what it touched in any of them. */
function withAll(step: Transition, others: readonly Transition[]): Transition {
  if (others.length === 0) return step;
  return {
    ...step,
    footprints: [step, ...others].flatMap(({ footprints }) => footprints),
    enables: [...new Set([step, ...others].flatMap(({ enables }) => enables))],
  };
}

function sameRequest(before: Transition, again: Transition): boolean {
  return before.client === again.client && before.label === again.label && before.waits === again.waits;
}

function came(enabled: readonly number[], labels: ReadonlyMap<number, string>): string {
  return enabled.map((client) => `client ${client}: ${labels.get(client) ?? '?'}`).join('; ') || 'nothing';
}
