import type { HistoryEvent, InvokeEvent } from '../core/history.js';
import type { Json } from '../core/json.js';
import type { Offset } from '../core/verdict.js';
import { Sample } from '../verdict/percentiles.js';
import type { ClientPlan } from './protocol.js';

const STEP_NS = 100_000;
/** Of one order; operations of more than ten milliseconds are swept in longer steps. */
const MOST_STEPS = 100;

/** What tells unequal attempts apart. */
type KindOf = (attempt: { readonly f: string; readonly input: Json }) => string;

/**
 * The offsets at which operations that are unequal are tried against each other: from 0 to the 95th percentile of what the
 * others take, in steps of 100 us, once with each operation as the later one. Beyond that the others have ended, and nothing
 * could meet. The least tried offset is next, so that all are tried equally often however the latencies move.
 */
export class OffsetSweep {
  readonly #latenciesNs = new Map<string, Sample>();
  readonly #tries = new Map<string, number>();

  constructor(private readonly kindOf: KindOf = ({ f }) => f) {}

  /** Learns how long each kind of attempt takes. */
  learn(events: readonly HistoryEvent[]): void {
    const begun = new Map<number, InvokeEvent>();
    for (const event of events) {
      if (event.type === 'invoke') begun.set(event.process, event);
      const invoked = begun.get(event.process);
      if (event.type !== 'ok' || invoked === undefined) continue;
      const kind = this.kindOf({ f: invoked.f, input: invoked.value });
      const sample = this.#latenciesNs.get(kind) ?? new Sample();
      this.#latenciesNs.set(kind, sample);
      sample.add(event.timeNs - invoked.timeNs);
    }
  }

  /** The plans with the later ones put off. */
  putOff(plans: readonly ClientPlan[], { later, offsetNs }: Offset): readonly ClientPlan[] {
    const clients = this.#laterOf(plans).get(later);
    return plans.map((plan) => (clients?.has(plan.client) ? { ...plan, delayNs: offsetNs } : plan));
  }

  /** The next offset for these plans, at most `mostNs`. `random` decides between those that were tried equally often. */
  next(plans: readonly ClientPlan[], mostNs: number, random: () => number): Offset {
    const grid = [...this.#laterOf(plans)].flatMap(([later, clients]) => {
      const others = plans.filter(({ client }) => !clients.has(client));
      const upToNs = Math.min(mostNs, Math.max(0, ...others.map((plan) => this.#p95Ns(plan))));
      return offsetsNs(upToNs).map((offsetNs) => ({ later, offsetNs, key: `${later} ${offsetNs}` }));
    });
    const least = Math.min(...grid.map(({ key }) => this.#triesOf(key)));
    const candidates = grid.filter(({ key }) => this.#triesOf(key) === least);
    const { key, ...offset } = candidates[Math.floor(random() * candidates.length)]!;
    this.#tries.set(key, least + 1);
    return { ...offset, planned: grid.length };
  }

  #p95Ns({ attempts: [first] }: ClientPlan): number {
    return (first && this.#latenciesNs.get(this.kindOf(first))?.percentile(95)) ?? 0;
  }

  /** Who may be the later ones: the clients whose first attempt is of one kind, or every second one where all are. */
  #laterOf(plans: readonly ClientPlan[]): ReadonlyMap<string, ReadonlySet<number>> {
    const kinds = plans.map(({ client, attempts: [first] }) => ({
      client,
      kind: first === undefined ? '' : this.kindOf(first),
    }));
    const isOneKind = new Set(kinds.map(({ kind }) => kind)).size < 2;
    const groups = new Map<string, Set<number>>();
    for (const { client, kind } of kinds.sort((a, b) => a.client - b.client)) {
      const parity = client % 2 === 0 ? 'even clients' : 'odd clients';
      const name = isOneKind ? parity : kind;
      groups.set(name, (groups.get(name) ?? new Set<number>()).add(client));
    }
    return groups;
  }

  #triesOf(key: string): number {
    return this.#tries.get(key) ?? 0;
  }
}

function offsetsNs(upToNs: number): readonly number[] {
  const stepNs = STEP_NS * Math.max(1, Math.ceil(upToNs / STEP_NS / MOST_STEPS));
  return Array.from({ length: Math.ceil(upToNs / stepNs) + 1 }, (_, step) => step * stepNs);
}
