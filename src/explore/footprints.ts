import type { Footprint, StepWire } from '../core/step.js';
import { isOfClock } from './clock.js';

/** Of what happens inside the code of a client: it may touch anything that clients of one process share. */
export const ANYTHING: Footprint = { touches: 'unknown' };
export const NOTHING: Footprint = { touches: 'nothing' };

interface StoreFootprint extends Footprint {
  readonly wire: StepWire;
  readonly inner: Footprint;
}

/** A footprint that remembers in which store it is. */
export function footprintIn(wire: StepWire, inner: Footprint): Footprint {
  const { touches, changesNothing = false } = inner;
  const own: StoreFootprint = { touches, changesNothing, wire, inner };
  return own;
}

/** Steps in two stores are independent, unless one of them may touch anything; and the clock is in none. */
export function dependentFootprints(one: Footprint, other: Footprint): boolean {
  if (one.touches === 'nothing' || other.touches === 'nothing') return false;
  if (isInStore(one) && isInStore(other) && one.wire === other.wire) {
    return one.wire.dependent(one.inner, other.inner);
  }
  if (one.touches === 'unknown' || other.touches === 'unknown') return true;
  if (isOfClock(one) || isOfClock(other)) {
    return isOfClock(one) && isOfClock(other) && one.clock.dependent(one, other);
  }
  return false;
}

function isInStore(footprint: Footprint): footprint is StoreFootprint {
  return 'wire' in footprint;
}
