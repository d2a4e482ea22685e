import type { HeldStep, StepAnswer, StepWire } from '../core/step.js';
import type { Actor, Outstanding } from './actor.js';
import type { Actors } from './actors.js';
import type { ApartProcesses } from './apart-processes.js';
import type { Circles } from './circles.js';
import { footprintIn } from './footprints.js';
import type { Gates } from './gates.js';
import type { Quiescence } from './quiescence.js';
import type { ScheduleRecord } from './schedule-record.js';
import { Stuck } from './stuck.js';

export interface StoreRequestsOptions {
  readonly wires: readonly StepWire[];
  readonly actors: Actors;
  readonly gates: Gates;
  readonly record: ScheduleRecord;
  readonly circles: Circles;
  readonly quiescence: Quiescence;
  readonly apart: ApartProcesses | undefined;
}

/** Follows what clients ask their stores: to the gate, into the store, and until it is answered or its client is no more. */
export class StoreRequests {
  constructor(private readonly options: StoreRequestsOptions) {
    for (const wire of options.wires) {
      wire.onHeld((step) => this.#held(wire, step));
      wire.onWaiting((client) => {
        const actor = options.actors.all[client];
        if (actor === undefined || options.gates.areOpen) return;
        actor.isStale = true;
        options.quiescence.changed();
      });
      wire.onLost((client, reason) => this.#lost(client, reason));
    }
  }

  /** The client died: its stores let go of what it had, which belongs to the step that is under way. */
  leave(client: number): void {
    const { wires, actors, record, quiescence } = this.options;
    const actor = actors.of(client);
    actor.isLeaving = true;
    const leave = async (wire: StepWire) =>
      (await wire.leave(client)).map((footprint) => footprintIn(wire, footprint));
    void Promise.all(wires.map(leave)).then(
      (left) => {
        for (const footprint of left.flat()) record.touched(footprint);
        this.#doubtWaits();
        actor.isLeaving = false;
        quiescence.changed();
      },
      (error: unknown) => quiescence.fail(error),
    );
  }

  #held(wire: StepWire, step: HeldStep): void {
    const { actors, apart, circles, gates, quiescence, record } = this.options;
    const actor = actors.of(step.client);
    const { label, connection } = step;
    if (apart?.isExpected(wire, actor, step) === false) return;
    // On one connection the next request may be heard before its client's answer to the last one is taken note of.
    const isElsewhere = (one: Outstanding) => one.wire !== wire || one.connection !== connection;
    if ([...actor.outstanding].some(isElsewhere) || actor.gates.some(({ kind }) => kind === 'request')) {
      quiescence.speaksInParallel = true;
    }
    gates.hold(actor, {
      kind: 'request',
      label,
      release: () => {
        circles.prepare(actor.number);
        const answered = step.release();
        const { place } = record;
        const outstanding = { wire, label, connection, footprint: footprintIn(wire, step.footprint), place };
        actor.outstanding.add(outstanding);
        void answered.then((answer) => this.#answered(actor, outstanding, answer));
      },
    });
  }

  #answered(actor: Actor, outstanding: Outstanding, answer: StepAnswer): void {
    const { circles, gates, quiescence, record } = this.options;
    if (!actor.outstanding.delete(outstanding)) return;
    actor.waitsFor = undefined;
    actor.isStale = false;
    actor.told(outstanding, answer.status);
    if (actor.resting !== undefined) actor.resting.sinceMs = performance.now();
    const { ended, circle } = answer;
    const footprint = footprintIn(outstanding.wire, answer.footprint);
    // What it touched is known better now; where it has waited it was at work before as well.
    const footprints = outstanding.place === record.place ? [footprint] : [outstanding.footprint, footprint];
    this.#doubtWaits();
    record.answered(actor.number, outstanding.label, answer, footprints);
    if (circle !== undefined && circle.length > 1 && !gates.areOpen) {
      const wrong = circles.undone(circle, actor.number);
      if (wrong !== undefined) quiescence.fail(wrong);
    }
    if (ended === 'connection-lost') this.#lost(actor.number, 'before its answer was complete');
    quiescence.changed();
  }

  /** Whoever was answered, or died, may have let others go on: who stands before whom in the queue for a lock is in no footprint. */
  #doubtWaits(): void {
    for (const actor of this.options.actors.all) actor.isStale ||= actor.outstanding.size > 0;
  }

  #lost(client: number, reason: string): void {
    const { gates, quiescence, record } = this.options;
    if (gates.areOpen) return;
    quiescence.fail(
      new Stuck(`a connection of client ${client} was lost at step ${record.place + 1}: ${reason}`),
    );
  }
}
