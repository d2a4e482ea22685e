import type { Footprint } from '../core/step.js';
import type { Choose, Contest, Execution, System, Transition } from './execution.js';

/** One step of a client of the model. `lock` waits until nobody else holds it; `add` commutes with other adds. */
export type ModelStep =
  | { readonly do: 'read' | 'write' | 'add'; readonly of: string }
  | { readonly do: 'lock' | 'unlock'; readonly of: string };

/** Each client computes something from what it read last, so that orders that differ have different ends. */
export interface ModelEnd {
  readonly state: Readonly<Record<string, number>>;
  readonly reads: readonly (readonly number[])[];
  readonly deadlock: boolean;
}

interface ModelFootprint extends Footprint {
  readonly step: ModelStep;
}

const OPERATIONS = {
  read: ['read'],
  write: ['read', 'write', 'add'],
  add: ['read', 'write'],
  lock: ['lock', 'unlock'],
  unlock: ['lock', 'unlock'],
} as const;

/**
 * A store with variables and locks, as small as can be: the number of its interleavings is known. Where several wait for one
 * lock, `overtakes` says whether this time the second of them gets it.
 */
export class Model implements System<ModelEnd> {
  readonly choosesVictim = false;
  dependenceGrown = 0;

  constructor(
    private readonly clients: readonly (readonly ModelStep[])[],
    private readonly overtakes: () => boolean = () => false,
  ) {}

  dependent(one: Footprint, other: Footprint): boolean {
    const [left, right] = [(one as ModelFootprint).step, (other as ModelFootprint).step];
    if (left.of !== right.of) return false;
    if (left.do === 'read') return right.do === 'write' || right.do === 'add';
    return (OPERATIONS[left.do] as readonly string[]).includes(right.do);
  }

  run(choose: Choose): Promise<Execution<ModelEnd>> {
    const state: Record<string, number> = {};
    const holders = new Map<string, number>();
    const queues = new Map<string, number[]>();
    const reads = this.clients.map((): number[] => []);
    const at = this.clients.map(() => 0);
    const waiting = new Set<number>();
    const transitions: Transition[] = [];
    const labelOf = (client: number) => {
      const step = this.clients[client]![at[client]!]!;
      return `${step.do} ${step.of}`;
    };
    for (;;) {
      const enabled = this.clients.flatMap((steps, client) =>
        at[client]! < steps.length && !waiting.has(client) ? [client] : [],
      );
      if (enabled.length === 0) break;
      const labels = new Map(enabled.map((client) => [client, labelOf(client)]));
      const choice = choose({
        place: transitions.length,
        enabled,
        heldBack: [],
        labels,
        before: transitions,
      });
      if (choice === undefined) {
        return Promise.resolve({ transitions, result: undefined, heldBack: 0, sharesMemory: false });
      }
      const { client } = choice;
      const step = this.clients[client]![at[client]!]!;
      const enables: number[] = [];
      const contests: Contest[] = [];
      const mine = reads[client]!;
      if (step.do === 'read') mine.push(state[step.of] ?? 0);
      else if (step.do === 'write') state[step.of] = 10 * (mine.at(-1) ?? 0) + client + 1;
      else if (step.do === 'add') state[step.of] = (state[step.of] ?? 0) + 1;
      else if (step.do === 'lock') {
        if (holders.has(step.of)) {
          waiting.add(client);
          queues.set(step.of, [...(queues.get(step.of) ?? []), client]);
        } else holders.set(step.of, client);
      } else {
        holders.delete(step.of);
        const queue = queues.get(step.of) ?? [];
        const [first, second] = queue;
        const isBroken = second !== undefined && this.overtakes();
        const [next] = queue.splice(isBroken ? 1 : 0, 1);
        if (first !== undefined && second !== undefined) {
          contests.push(
            isBroken ? { first: second, second: first, queue: 'broken' } : { first, second, queue: 'kept' },
          );
        }
        if (next !== undefined) {
          holders.set(step.of, next);
          waiting.delete(next);
          enables.push(next);
        }
      }
      at[client]! += 1;
      transitions.push({
        ...{ client, kind: 'request', label: `${step.do} ${step.of}`, footprints: [touching(step)] },
        ...{ answered: [], waits: waiting.has(client), enables },
        ...(contests.length > 0 && { contests }),
      });
    }
    const sorted = Object.fromEntries(Object.entries(state).sort());
    const result = { state: sorted, reads, deadlock: waiting.size > 0 };
    return Promise.resolve({ transitions, result, heldBack: 0, sharesMemory: false });
  }
}

function touching(step: ModelStep): ModelFootprint {
  return { touches: 'something', step };
}
