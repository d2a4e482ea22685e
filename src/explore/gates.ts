import type { StepWire } from '../core/step.js';
import type { Actor, Gate } from './actor.js';
import type { Actors } from './actors.js';

export interface GatesOptions {
  readonly actors: Actors;
  readonly wires: readonly StepWire[];
  /** Which of several requests of one client comes first is luck: they are put in an order of their own. */
  readonly ordersRequests: boolean;
  /** A client came to its gate, or gave up what it was held for. */
  readonly changed: () => void;
}

/** Where clients are held until they are let through, in their own code and at the wires; at the start everybody goes through. */
export class Gates {
  #areOpen = true;

  constructor(private readonly options: GatesOptions) {}

  /** Nobody is held. */
  get areOpen(): boolean {
    return this.#areOpen;
  }

  /** Where there is no wire, what clients share is in their own process, and only there they can be held. */
  get areInside(): boolean {
    return this.options.wires.length === 0;
  }

  close(): void {
    this.#areOpen = false;
    for (const wire of this.options.wires) wire.hold(true);
  }

  /** Everybody goes on as he can, also whose process was to come to rest first. */
  open(): void {
    this.#areOpen = true;
    for (const actor of this.options.actors.all) {
      for (const gate of actor.gates.splice(0)) gate.release();
      actor.resting?.done();
      actor.resting = undefined;
    }
    for (const wire of this.options.wires) wire.hold(false);
  }

  /** Code of the client's asks to go on. Resolves once it may, right after `onRelease`; rejects when `signal` aborts. */
  pass(
    client: number,
    kind: Gate['kind'],
    label: string,
    signal?: AbortSignal,
    onRelease: () => void = () => undefined,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const actor = this.options.actors.of(client);
      const abort = () => {
        actor.gates.splice(actor.gates.indexOf(gate), 1);
        reject(signal?.reason as Error);
        this.options.changed();
      };
      const gate: Gate = {
        ...{ kind, label },
        release: () => {
          signal?.removeEventListener('abort', abort);
          onRelease();
          resolve();
          return undefined;
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      // In a turn of its own, so that a loop that sleeps cannot keep out everything else.
      if (this.#areOpen) setImmediate(() => gate.release());
      else this.hold(actor, gate);
    });
  }

  /** Holds the client there, unless nobody is held. */
  hold(actor: Actor, gate: Gate): void {
    if (this.#areOpen) return void gate.release();
    actor.waitsInside = false;
    actor.gates.push(gate);
    if (this.options.ordersRequests && actor.gates.every(({ kind }) => kind === 'request')) {
      actor.gates.sort((one, other) => (one.label < other.label ? -1 : one.label > other.label ? 1 : 0));
    }
    this.options.changed();
  }
}
