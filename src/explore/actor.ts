import type { Footprint, StepWire } from '../core/step.js';
import type { StepKind } from './execution.js';

/** What a client is held at until the scheduler lets it go on. */
export interface Gate {
  readonly kind: StepKind;
  readonly label: string;
  release(): void;
}

/** A request that was let through and has no answer yet. */
export interface Outstanding {
  readonly wire: StepWire;
  readonly label: string;
  /** Of its client's, the connection. */
  readonly connection: number;
  readonly footprint: Footprint;
  /** Of the transition in which it was let through. */
  readonly place: number;
}

/** One client, or worker, as the scheduler sees it. */
export class Actor {
  readonly gates: Gate[] = [];
  readonly outstanding = new Set<Outstanding>();
  hasEnded = false;
  /** Its first operation has begun. */
  hasBegun = false;
  /** Its process has answered it, and may go on: what is to follow once that has come to rest, and since when it is silent. */
  resting: { sinceMs: number; readonly done: () => void } | undefined;
  /** Of its sessions by their connection, as the last answer on each told. */
  readonly #statuses = new Map<StepWire, Map<number, string | undefined>>();
  /** It waits for somebody in its own process: neither at a gate nor in the store. */
  waitsInside = false;
  /** The store said that it waits there, for these. Undefined: not asked, or it did not. */
  waitsFor: readonly number[] | undefined;
  /** Among those, as the store said last, is one who has ended, or crashed. */
  waitsForEnded = false;
  /** It is no more, and its stores have not let go of what it had. */
  isLeaving = false;
  /** Since the store said so, something happened that may have changed it. */
  isStale = false;

  constructor(readonly number: number) {}

  /** A session of it was left in something else than rest. */
  get isUnsettled(): boolean {
    const all = [...this.#statuses.values()].flatMap((ofWire) => [...ofWire.values()]);
    return all.some((status) => status !== undefined && status !== 'idle');
  }

  told({ wire, connection }: Pick<Outstanding, 'wire' | 'connection'>, status: string | undefined): void {
    const ofWire = this.#statuses.get(wire) ?? new Map<number, string | undefined>();
    this.#statuses.set(wire, ofWire.set(connection, status));
  }

  get isAtGate(): boolean {
    return this.gates.length > 0;
  }

  /** Its request is in the store, and nobody knows what it does there; also where it is at a gate with another one. */
  get isUnknown(): boolean {
    return this.outstanding.size > 0 && (this.waitsFor === undefined || this.isStale);
  }

  /** It runs its own code: sooner or later it comes to a gate, or to its end. */
  get isAway(): boolean {
    return !this.hasEnded && !this.isAtGate && this.outstanding.size === 0 && !this.waitsInside;
  }
}

/** Every client that waits for itself by way of others, in ascending order: those of all circles that there are. */
export function circleAmong(actors: readonly Actor[]): readonly number[] {
  if (actors.every(({ waitsFor }) => waitsFor === undefined)) return [];
  const waitsFor = new Map(
    actors.filter(({ isAtGate }) => !isAtGate).map((actor) => [actor.number, actor.waitsFor ?? []]),
  );
  return [...waitsFor.keys()]
    .filter((client) => isReached(client, client, waitsFor, new Set()))
    .sort((one, other) => one - other);
}

function isReached(
  to: number,
  from: number,
  waitsFor: ReadonlyMap<number, readonly number[]>,
  seen: Set<number>,
): boolean {
  return (waitsFor.get(from) ?? []).some((next) => {
    if (next === to) return true;
    if (seen.has(next)) return false;
    seen.add(next);
    return isReached(to, next, waitsFor, seen);
  });
}
