import type { HistoryEvent } from '../core/history.js';
import { seededRandom } from '../core/random.js';
import type { StartKind } from '../core/verdict.js';

/** `mixed`: every kind equally often, in an order that the seed draws; the first trial is simultaneous. */
export type StartMode = 'mixed' | StartKind;

/** What a mixed plan mixes. */
export const MIXED_STARTS = ['simultaneous', 'staggered', 'shifted-pairs'] as const;
/** And for operations that are unequal: a window that only one offset hits needs most of the trials. */
const UNEQUAL_STARTS = [...MIXED_STARTS, 'offset-sweep', 'offset-sweep', 'offset-sweep'] as const;

/** The kind of start of a trial (from 0). In every block of three trials each kind comes once; of six, for unequal operations. */
export function startKindOf(mode: StartMode, seed: string, trial: number, unequal = false): StartKind {
  if (mode !== 'mixed') return mode;
  if (trial === 0) return 'simultaneous';
  const mix: readonly StartKind[] = unequal ? UNEQUAL_STARTS : MIXED_STARTS;
  const block = Math.floor(trial / mix.length);
  const place = trial % mix.length;
  const order = shuffled(mix, seededRandom(`${seed}/starts/${block}`));
  if (block > 0) return order[place]!;
  return ['simultaneous' as const, ...order.filter((kind) => kind !== 'simultaneous')][place]!;
}

/** Golden ratio: its multiples fill [0, 1) evenly however many trials there will be. */
const EVEN_STEP = 0.618_033_988_749_895;

/**
 * Nanoseconds after the barrier at which each client begins. `typicalNs` is the measured duration of one operation:
 * staggered clients begin anywhere within it; of shifted pairs, the second begins later by a shift that sweeps over it.
 */
export function startDelays(
  kind: Exclude<StartKind, 'offset-sweep'>,
  clients: number,
  typicalNs: number,
  trial: number,
  random: () => number,
): readonly number[] {
  const indices = Array.from({ length: clients }, (_, index) => index);
  switch (kind) {
    case 'simultaneous':
      return indices.map(() => 0);
    case 'staggered':
      return indices.map(() => random() * typicalNs);
    case 'shifted-pairs': {
      const shiftNs = ((trial * EVEN_STEP) % 1) * typicalNs;
      return indices.map((index) => (index % 2 === 1 ? shiftNs : 0));
    }
  }
}

/** The median duration of the operations that were answered; undefined if none was. */
export function typicalDurationNs(events: readonly HistoryEvent[]): number | undefined {
  const begunNs = new Map<number, number>();
  const durationsNs: number[] = [];
  for (const { type, process, timeNs } of events) {
    if (type === 'invoke') begunNs.set(process, timeNs);
    else if (type === 'ok') durationsNs.push(timeNs - (begunNs.get(process) ?? timeNs));
  }
  durationsNs.sort((a, b) => a - b);
  return durationsNs[Math.floor(durationsNs.length / 2)];
}

/** Fisher-Yates. */
export function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [result[index], result[other]] = [result[other]!, result[index]!];
  }
  return result;
}
