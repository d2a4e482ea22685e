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

/** Of its own delay: that much later a client may begin where there are few moments to begin at. */
const LATE_SHARE = 1 / 20;
/** Of the latest delay: that much later a client may begin where each has a moment of its own. */
const LATE_SHARE_OF_MANY = 1 / 8;
const FEW_MOMENTS = 2;

/**
 * How much later than planned a client may begin, in nanoseconds. A shift is what its trial is about. Where every client has
 * a moment of its own, drawn within one operation, a part of that operation makes no difference; and to keep 33 such moments
 * to the microsecond would take a core from the server.
 */
export function startSlackNs(
  plans: readonly { readonly delayNs: number }[],
): (plan: { readonly delayNs: number }) => number {
  const moments = new Set(plans.map(({ delayNs }) => delayNs));
  const ofManyNs = Math.max(...moments) * LATE_SHARE_OF_MANY;
  return ({ delayNs }) => (moments.size > FEW_MOMENTS ? ofManyNs : delayNs * LATE_SHARE);
}

/** How long one operation takes. */
export interface TypicalDuration {
  readonly ns: number;
  /** Else it is only how long those tried who failed for certain. */
  readonly isOfAnswers: boolean;
}

/**
 * The median duration of the operations that were answered, or where nobody was of those that failed; undefined without either.
 * Of two in the middle the shorter one: where two clients met, the longer one waited for the other, and clients who begin within
 * that would mostly miss each other.
 *
 * That failures count has a reason: two who deadlock at one moment give up at one moment. Did nobody learn from that, all trials
 * would begin as the first, nobody would ever get through, and what holds would be inconclusive.
 */
export function typicalDuration(events: readonly HistoryEvent[]): TypicalDuration | undefined {
  const begunNs = new Map<number, number>();
  const lasted: Record<'ok' | 'fail', number[]> = { ok: [], fail: [] };
  for (const { type, process, timeNs } of events) {
    if (type === 'invoke') begunNs.set(process, timeNs);
    else if (type === 'ok' || type === 'fail') lasted[type].push(timeNs - (begunNs.get(process) ?? timeNs));
  }
  const isOfAnswers = lasted.ok.length > 0;
  const durationsNs = (isOfAnswers ? lasted.ok : lasted.fail).sort((a, b) => a - b);
  const ns = durationsNs[Math.floor((durationsNs.length - 1) / 2)];
  return ns === undefined ? undefined : { ns, isOfAnswers };
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
