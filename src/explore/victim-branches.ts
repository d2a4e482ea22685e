import type { Circle, Transition, Victims } from './execution.js';

/** Who fails in the circles that one step closes, one after the other: what was tried, and what is still to be tried. */
export class VictimBranches {
  /** Of the step's circles, in their order. Who is not named: whoever closes it. */
  chosen: readonly number[] = [];
  readonly #untried: (readonly number[])[] = [];
  readonly #known = new Set<string>();

  /** It was carried out, and these circles came. Each may end with any of those in it. */
  note(circles: readonly Circle[]): void {
    const failed = circles.map((circle) => circle.failed);
    circles.forEach((_, index) => this.#known.add(failed.slice(0, index + 1).join()));
    circles.forEach(({ members }, index) => this.#add(failed.slice(0, index), members));
  }

  /** After these circles another one came that will stay unless one of its members is chosen. */
  choose(circles: readonly Circle[], members: readonly number[]): void {
    this.#add(
      circles.map(({ failed }) => failed),
      members,
    );
    this.next();
  }

  /** Whether there was something left to try. */
  next(): boolean {
    const chosen = this.#untried.pop();
    if (chosen === undefined) return false;
    this.chosen = chosen;
    return true;
  }

  #add(before: readonly number[], members: readonly number[]): void {
    for (const member of members) {
      const one = [...before, member];
      if (this.#known.has(one.join())) continue;
      this.#known.add(one.join());
      this.#untried.push(one);
    }
  }
}

/** A step of a schedule with its circles. Without a transition it was not carried out yet. */
export interface StepOfCircles {
  readonly victims: VictimBranches;
  readonly transition: Transition | undefined;
}

/**
 * Of a schedule's circles, in their order, who fails. Up to the last one that was chosen all are named: whoever shall fail in that one
 * might otherwise look for a deadlock too early, and fail in one before.
 */
export function victimsOf(steps: readonly StepOfCircles[]): Victims {
  const all = steps.flatMap(({ victims: { chosen }, transition }) => {
    const failed = (transition?.circles ?? []).map((circle) => circle.failed);
    const length = Math.max(chosen.length, failed.length);
    return Array.from({ length }, (_, index) => ({
      name: (chosen[index] ?? failed[index])!,
      isChosen: index < chosen.length,
    }));
  });
  return all.slice(0, all.findLastIndex(({ isChosen }) => isChosen) + 1).map(({ name }) => name);
}
