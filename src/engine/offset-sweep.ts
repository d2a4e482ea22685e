import type { HistoryEvent } from '../core/history.js';
import type { Offset } from '../core/verdict.js';
import { Sample } from '../verdict/percentiles.js';
import type { ClientPlan } from './protocol.js';

const STEP_NS = 100_000;
/** Of one order; operations of more than ten milliseconds are swept in longer steps. */
const MOST_STEPS = 100;

/**
 * The offsets at which operations that are unequal are tried against each other: from 0 to the 95th percentile of what the
 * others take, in steps of 100 us, once with each operation as the later one. Beyond that the others have ended, and nothing
 * could meet. The least tried offset is next, so that all are tried equally often however the latencies move.
 */
export class OffsetSweep {
  readonly #latenciesNs = new Map<string, Sample>();
  readonly #tries = new Map<string, number>();

  /** Learns how long each operation takes. */
  learn(events: readonly HistoryEvent[]): void {
    const begun = new Map<number, number>();
    for (const event of events) {
      if (event.type === 'invoke') begun.set(event.process, event.timeNs);
      if (event.type !== 'ok') continue;
      const sample = this.#latenciesNs.get(event.f) ?? new Sample();
      this.#latenciesNs.set(event.f, sample);
      sample.add(event.timeNs - (begun.get(event.process) ?? event.timeNs));
    }
  }

  /** The next offset for these plans, at most `mostNs`. `random` decides between those that were tried equally often. */
  next(plans: readonly ClientPlan[], mostNs: number, random: () => number): Offset {
    const grid = [...laterOf(plans)].flatMap(([later, clients]) => {
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
    return (first && this.#latenciesNs.get(first.f)?.percentile(95)) ?? 0;
  }

  #triesOf(key: string): number {
    return this.#tries.get(key) ?? 0;
  }
}

/** The plans with the later ones put off. */
export function putOff(plans: readonly ClientPlan[], { later, offsetNs }: Offset): readonly ClientPlan[] {
  const clients = laterOf(plans).get(later);
  return plans.map((plan) => (clients?.has(plan.client) ? { ...plan, delayNs: offsetNs } : plan));
}

/** Who may be the later ones: the clients whose first operation is the same, or every second one where it is the same for all. */
function laterOf(plans: readonly ClientPlan[]): ReadonlyMap<string, ReadonlySet<number>> {
  const isOneOperation = new Set(plans.map(({ attempts: [first] }) => first?.f)).size < 2;
  const groups = new Map<string, Set<number>>();
  for (const { client, attempts } of [...plans].sort((a, b) => a.client - b.client)) {
    const parity = client % 2 === 0 ? 'even clients' : 'odd clients';
    const name = isOneOperation ? parity : (attempts[0]?.f ?? '');
    groups.set(name, (groups.get(name) ?? new Set<number>()).add(client));
  }
  return groups;
}

function offsetsNs(upToNs: number): readonly number[] {
  const stepNs = STEP_NS * Math.max(1, Math.ceil(upToNs / STEP_NS / MOST_STEPS));
  return Array.from({ length: Math.ceil(upToNs / stepNs) + 1 }, (_, step) => step * stepNs);
}
