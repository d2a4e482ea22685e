import type { Footprint } from '../core/step.js';
import type { Transition } from './execution.js';

/** Whether two steps of different clients may not be swapped. */
export type Dependent = (one: Transition, other: Transition) => boolean;

/** Two steps that depend on each other with nothing between them that orders them: the other way round is another story. */
export interface Race {
  readonly earlier: number;
  readonly later: number;
  /** Clients that may begin a schedule in which the later step comes before the earlier one (the paper's initials). */
  readonly initials: ReadonlySet<number>;
}

/**
 * The partial order behind one execution: a step comes after the one of its client before it, after the one that let it go
 * on, and after every earlier step on which it depends. Executions with the same order are equivalent (Mazurkiewicz).
 */
export class HappensBefore {
  /** Of each step, those before it, as bits. */
  readonly #before: bigint[] = [];
  readonly #steps: Transition[] = [];
  /** Of each step, the one that its client had to wait for in any order, and -1 for none. */
  readonly #own: number[] = [];

  constructor(private readonly dependent: Dependent) {}

  /** Back to the first `length` steps. */
  truncate(length: number): void {
    for (const list of [this.#before, this.#steps, this.#own]) list.length = Math.min(list.length, length);
  }

  get length(): number {
    return this.#steps.length;
  }

  /** Adds the next step, and tells its races with earlier ones. */
  add(step: Transition): readonly Race[] {
    const later = this.#steps.length;
    const own = this.#ownOf(step.client);
    let before = own < 0 ? 0n : this.#before[own]! | bit(own);
    const earlierRaces: number[] = [];
    for (let earlier = later - 1; earlier >= 0; earlier -= 1) {
      if ((before & bit(earlier)) !== 0n) continue;
      const other = this.#steps[earlier]!;
      if (other.client !== step.client && !this.dependent(other, step)) continue;
      before |= this.#before[earlier]! | bit(earlier);
      if (other.client !== step.client) earlierRaces.push(earlier);
    }
    this.#steps.push(step);
    this.#before.push(before);
    this.#own.push(own);
    return earlierRaces.map((earlier) => ({ earlier, later, initials: this.#initials(earlier, later) }));
  }

  /** The last step of the client, or the one that let it go on after that. */
  #ownOf(client: number): number {
    for (let place = this.#steps.length - 1; place >= 0; place -= 1) {
      const step = this.#steps[place]!;
      if (step.client === client || step.enables.includes(client)) return place;
    }
    return -1;
  }

  /** Of what does not come after `earlier`, up to `later`: whose first step needs none of the others. */
  #initials(earlier: number, later: number): ReadonlySet<number> {
    const initials = new Set<number>();
    const seen = new Set<number>();
    let others = 0n;
    for (let place = earlier + 1; place <= later; place += 1) {
      if (place < later && (this.#before[place]! & bit(earlier)) !== 0n) continue;
      const { client } = this.#steps[place]!;
      if (!seen.has(client) && (this.#before[place]! & others) === 0n) initials.add(client);
      seen.add(client);
      others |= bit(place);
    }
    return initials;
  }

  /** How many schedules are equivalent to this one: the linear extensions of the order. */
  linearExtensions(): bigint {
    const length = this.#steps.length;
    const chains = new Map<number, number[]>();
    this.#steps.forEach(({ client }, place) => chains.set(client, [...(chains.get(client) ?? []), place]));
    const lists = [...chains.values()];
    const known = new Map<string, bigint>();
    const count = (taken: readonly number[], done: bigint, left: number): bigint => {
      if (left === 0) return 1n;
      const key = taken.join();
      const before = known.get(key);
      if (before !== undefined) return before;
      let sum = 0n;
      lists.forEach((places, chain) => {
        const next = places[taken[chain]!];
        if (next === undefined || (this.#before[next]! & ~done) !== 0n) return;
        sum += count(
          taken.map((number, index) => (index === chain ? number + 1 : number)),
          done | bit(next),
          left - 1,
        );
      });
      known.set(key, sum);
      return sum;
    };
    return count(
      lists.map(() => 0),
      0n,
      length,
    );
  }
}

function bit(place: number): bigint {
  return 1n << BigInt(place);
}

/** From a relation between what steps touch, the relation between steps. */
export function dependentSteps(dependent: (one: Footprint, other: Footprint) => boolean): Dependent {
  return (one, other) =>
    one.enables.includes(other.client) ||
    other.enables.includes(one.client) ||
    one.footprints.some((left) => other.footprints.some((right) => dependent(left, right)));
}
