import type { Footprint } from '../core/step.js';
import type { StepKind, Transition } from './execution.js';
import { dependentFootprints } from './footprints.js';

/** One step of a client, as far as it tells whether the client only repeats itself. */
export interface PastStep {
  readonly kind: StepKind;
  readonly label: string;
  readonly digest: string;
  readonly footprints: readonly Footprint[];
  /** Its place in the schedule. */
  readonly place: number;
}

/** A client that goes round in a circle: its last round, and how often it has gone it again. */
interface Repetition {
  readonly round: readonly PastStep[];
  readonly times: number;
}

/**
 * Code may well look at something again before it acts on it, without ever waiting for it: to be held back then would leave out
 * schedules of a client that goes on by itself. Case: read, busy for a while, read FOR UPDATE or plainly again, write.
 */
const LOOKS_AGAIN = 1;
/** Longer rounds than this are not recognised; a schedule has a bound of steps besides. */
const LONGEST_ROUND = 16;

/**
 * A client that goes round in a circle is not let go again until somebody else did something on which its round depends: the same
 * would be answered. One that has gone round more often than there are clients waits for all who do not.
 */
export function onlyRepeats(
  client: number,
  past: readonly PastStep[],
  transitions: readonly Transition[],
  actors: number,
): boolean {
  const repetition = repetitionOf(past, dependentFootprints);
  if (repetition === undefined) return false;
  const { round, times } = repetition;
  if (times > actors) return true;
  return !round.some(({ place, footprints }) =>
    transitions
      .slice(place + 1)
      .some(
        (step) =>
          step.client !== client &&
          step.footprints.some((one) => footprints.some((other) => dependentFootprints(one, other))),
      ),
  );
}

/**
 * The shortest round that a client has gone at least three times in a row, with the same requests and the same answers. A round
 * with a sleep in it waits for something; one without must only look, or try in vain, for a write that is made twice changes
 * something twice.
 */
function repetitionOf(
  past: readonly PastStep[],
  dependent: (one: Footprint, other: Footprint) => boolean,
): Repetition | undefined {
  const last = past.length - 1;
  for (let length = 1; length <= LONGEST_ROUND && 2 * length <= past.length; length += 1) {
    if (!isSameStep(past[last]!, past[last - length]!)) continue;
    const round = past.slice(-length);
    let times = 0;
    while (isSame(round, past.slice(-length * (times + 2), -length * (times + 1)))) times += 1;
    const waits = () => round.some(({ kind }) => kind === 'sleep') || onlyLooks(round, dependent);
    if (times > LOOKS_AGAIN && waits()) return { round, times };
  }
  return undefined;
}

function isSame(one: readonly PastStep[], other: readonly PastStep[]): boolean {
  return one.length === other.length && one.every((step, index) => isSameStep(step, other[index]!));
}

function isSameStep(one: PastStep, other: PastStep): boolean {
  return one.kind === other.kind && one.label === other.label && one.digest === other.digest;
}

/** A read does not conflict with itself; an UPDATE of no row does, and yet changes nothing. */
function onlyLooks(
  round: readonly PastStep[],
  dependent: (one: Footprint, other: Footprint) => boolean,
): boolean {
  return round.every(
    ({ kind, footprints }) =>
      kind === 'request' &&
      footprints.every((one) => one.changesNothing || footprints.every((other) => !dependent(one, other))),
  );
}
