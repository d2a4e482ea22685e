import { contestsLeftOut } from './contests.js';
import { Diverged } from './diverged.js';
import type { Choice, ChoicePoint, Transition, Victims } from './execution.js';
import { type Dependent, HappensBefore } from './happens-before.js';
import type { CircleLeft } from './stuck.js';
import { VictimBranches, victimsOf } from './victim-branches.js';

/** What of all schedules is in the tree. */
export interface TreeLimits {
  /** Leaves out what only swaps steps that do not depend on each other. Not together with `preemptions`. */
  readonly reduce: boolean;
  /** At most so often is a client interrupted that could have gone on. Default: as often as there is a way. */
  readonly preemptions?: number | undefined;
  /** Else the store alone decides who fails in a circle. */
  readonly choosesVictim: boolean;
}

/** What a walk through the tree has left out. */
export interface LeftOut {
  /** How often the step by which a race comes out the other way round was that of a client that was held back. */
  unreachable: number;
  /** How often a client was not interrupted, since it had been often enough. */
  preemptionsCut: number;
  /** Of some circles not each client was the victim: where the store would not have it, chooses itself, or undid one without an error. */
  victimsCut: boolean;
  /** How often the store chose who goes on first, and no other schedule shows what the other choice leads to. */
  contestsCut: number;
}

const NOTHING: Readonly<LeftOut> = { unreachable: 0, preemptionsCut: 0, victimsCut: false, contestsCut: 0 };

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

/** The tree of all schedules, with the way to the one that is being run, and what is still to be tried on it. */
export class SearchTree {
  readonly #nodes: Node[] = [];
  readonly #order: HappensBefore;
  leftOut: LeftOut = { ...NOTHING };

  constructor(
    private readonly dependent: Dependent,
    private readonly limits: TreeLimits,
  ) {
    this.#order = new HappensBefore(dependent);
  }

  /** Forgets everything. */
  clear(): void {
    this.#nodes.length = 0;
    this.#order.truncate(0);
    this.leftOut = { ...NOTHING };
  }

  /** Of the circles on the way, who fails. */
  get victims(): Victims {
    return victimsOf(this.#nodes);
  }

  /** Steps on the way that were carried out before, undefined where that one was not. */
  get repeated(): readonly (Transition | undefined)[] {
    return this.#nodes.slice(0, this.#order.length).map(({ transition }) => transition);
  }

  /** As far as they are known. */
  get steps(): readonly Transition[] {
    return this.#nodes.flatMap(({ transition }) => transition ?? []);
  }

  /** How many schedules are equivalent to the one that was taken up last. */
  standsFor(): bigint {
    return this.limits.reduce ? this.#order.linearExtensions() : 1n;
  }

  /** Before a schedule is carried out that may have to be carried out again: brings back what was. */
  mark(): () => void {
    const [length, { preemptionsCut }] = [this.#nodes.length, this.leftOut];
    return () => {
      this.#nodes.length = length;
      this.leftOut.preemptionsCut = preemptionsCut;
      const last = this.#nodes.at(-1);
      if (last !== undefined) last.transition = undefined;
    };
  }

  /** `Diverged` where who went before is not there to go again. */
  choose({ place, enabled, heldBack, labels, before }: ChoicePoint): Choice | Diverged {
    const known = this.#nodes[place];
    if (known !== undefined) {
      const { taken, transition } = known;
      if (enabled.includes(taken)) return { client: taken, expectsWait: transition?.waits ?? false };
      const expected = transition?.label ?? `a step of client ${taken}`;
      return new Diverged(place, `client ${taken}: ${expected}`, came(enabled, labels));
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

  /** Takes up what was carried out: the order of its steps, and where another one must be tried. */
  learn(transitions: readonly Transition[]): void {
    transitions.slice(0, this.#nodes.length).forEach((transition, place) => {
      const node = this.#nodes[place]!;
      if (place < this.#order.length) return;
      node.transition = transition;
      this.#noteVictims(node);
      const races = this.#order.add(transition);
      const before = this.#nodes.slice(0, place).map((one) => one.transition!);
      this.leftOut.contestsCut += contestsLeftOut(transition, before, this.dependent);
      if (!this.limits.reduce) return;
      for (const { earlier, initials } of races) this.#reverse(this.#nodes[earlier]!, initials);
    });
  }

  /**
   * A circle stays, in the step that was begun last: nobody fails in it by himself, and somebody was chosen now. Or the store cannot be
   * brought to have the one fail that was chosen; what it chose by itself was carried out before. Undefined where it is neither.
   */
  circleStays(
    { number, members, ofStep }: CircleLeft,
    victims: Victims,
  ): 'chosen' | 'impossible' | undefined {
    const last = this.#nodes.at(-1);
    if (last === undefined || !this.limits.choosesVictim) return undefined;
    const before = this.#nodes.slice(0, -1).flatMap(({ transition }) => transition?.circles ?? []);
    if (number >= victims.length && number === before.length + ofStep.length) {
      last.victims.choose(ofStep, members);
      return 'chosen';
    }
    return last.victims.chosen.length === 0 ? undefined : 'impossible';
  }

  /** Goes back to the deepest place where something is left to try; false when there is none. */
  next(): boolean {
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

  #stillAsleep({ asleep, taken, transition }: Node): Map<number, Transition> {
    if (!this.limits.reduce || transition === undefined) return new Map();
    return new Map(
      [...asleep].filter(([client, step]) => client !== taken && !this.dependent(step, transition)),
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
    this.leftOut.preemptionsCut += awake.length - kept.length;
    return kept;
  }

  #noteVictims({ victims, transition }: Node): void {
    const { circles = [], hasOpenCircle = false } = transition ?? {};
    this.leftOut.victimsCut ||= hasOpenCircle || (circles.length > 0 && !this.limits.choosesVictim);
    if (this.limits.choosesVictim) victims.note(circles);
  }

  /** Sees to it that at this place somebody is tried by whom the race comes out the other way round. */
  #reverse(node: Node, initials: ReadonlySet<number>): void {
    for (const client of initials) {
      if (node.backtrack.has(client) || node.asleep.has(client)) return;
    }
    const possible = [...initials].filter((client) => node.enabled.includes(client));
    if (possible.length > 0) node.backtrack.add(possible.at(-1)!);
    else if ([...initials].some((client) => node.heldBack.includes(client))) this.leftOut.unreachable += 1;
    // Cannot happen where the dependence is right, because who may begin the reversal depends on nothing before it. Where
    // it is not, everything is tried.
    else for (const client of node.enabled) node.backtrack.add(client);
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

function came(enabled: readonly number[], labels: ReadonlyMap<number, string>): string {
  return enabled.map((client) => `client ${client}: ${labels.get(client) ?? '?'}`).join('; ') || 'nothing';
}
