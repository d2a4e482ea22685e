import type { Footprint } from '../core/step.js';
import type { Actors } from './actors.js';
import type { Circles } from './circles.js';
import type { OwnedClock } from './clock.js';
import { waitersAmong } from './contests.js';
import type { StepKind } from './execution.js';
import { ANYTHING, NOTHING } from './footprints.js';
import type { Gates } from './gates.js';
import type { Quiescence } from './quiescence.js';
import type { ScheduleRecord } from './schedule-record.js';

export interface StepUnderWayOptions {
  readonly actors: Actors;
  readonly gates: Gates;
  readonly clock: OwnedClock;
  readonly circles: Circles;
  readonly quiescence: Quiescence;
  readonly record: ScheduleRecord;
}

/** The step of one client, from when it is let through until everybody has come to rest: what happens meanwhile is its transition. */
export class StepUnderWay {
  constructor(private readonly options: StepUnderWayOptions) {}

  /** Lets through what the client is held for; it has to be at its gate. */
  async letThrough(client: number, enabledBefore: readonly number[]): Promise<void> {
    const { actors, gates, quiescence, record } = this.options;
    const actor = actors.of(client);
    for (const other of actors.all) other.waitsInside = false;
    const waiters = waitersAmong(actors.all);
    let gate = actor.gates.shift()!;
    if (gate.kind === 'begin' && !gates.areInside) {
      gate.release();
      await quiescence.reached(false);
      // To begin touches nothing of a store: the first request is what a client begins with.
      if (actor.gates[0]?.kind === 'request') gate = actor.gates.shift()!;
      else {
        record.open({ client, kind: 'begin', label: gate.label, enabledBefore, waiters });
        return record.passed(NOTHING);
      }
    }
    const { kind, label } = gate;
    record.open({ client, kind, label, enabledBefore, waiters });
    if (kind !== 'request') record.passed(this.#insideOf(kind));
    gate.release();
  }

  /** Everybody has come to rest. Nothing where no step is under way. */
  end(): void {
    const { actors, circles, record } = this.options;
    const { client } = record;
    if (client === undefined) return;
    const { circles: ended, isOpen } = circles.take();
    const outstanding = [...actors.of(client).outstanding].map(({ footprint }) => footprint);
    record.close({ outstanding, circles: ended, hasOpenCircle: isOpen });
  }

  /** What a step touches that is none of a store. */
  #insideOf(kind: StepKind): Footprint {
    const { gates, clock } = this.options;
    if (gates.areInside) return ANYTHING;
    return kind === 'sleep' ? clock.set : NOTHING;
  }
}
