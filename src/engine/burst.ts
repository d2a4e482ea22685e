import type { HistoryEvent } from '../core/history.js';
import { firstRequestSpreadNs } from './first-requests.js';
import type { ProcessNumbers } from './process-numbers.js';
import type { ClientPlan, EarlyRead, HostConnection, SettleReply } from './protocol.js';
import { summedCounts } from './summed-counts.js';
import { withUnheard } from './unheard.js';

/** What a trial's burst left behind. */
export interface Burst {
  readonly events: readonly HistoryEvent[];
  readonly connections: readonly HostConnection[];
  readonly counts: Readonly<Record<string, number>>;
  /** How far apart the first requests were, beyond what was planned. */
  readonly firstRequestSpreadNs: number | undefined;
  /** How far apart requests arrived, by the server's own word; of use where all were to arrive together. */
  readonly arrivalSpreadNs: number | undefined;
  /** Why the burst proves less than it should: a worker crashed, a host was killed. */
  readonly undecided: readonly string[];
  /** A host is gone: the fleet must be opened again. */
  readonly broken: boolean;
  /** The only host begins the next trial by itself where that was asked for: see `ResetRequest`. */
  readonly isClear?: boolean;
  /** What was read of the final state, which is nothing where an operation may still be at work. */
  readonly final?: EarlyRead;
}

/** How a host's part of a burst ended: as it says itself, or with its loss. */
export type BurstPart = SettleReply & { readonly isGone?: true };

/** What hosts told at the end of a burst; `untold` says why one could not. */
export interface BurstEnd {
  readonly events: readonly HistoryEvent[];
  readonly final?: EarlyRead;
  readonly untold?: string;
}

/** Puts together what the hosts told of a burst. Where one was lost, what it may have done is taken for possible. */
export function burstOf(
  plans: readonly ClientPlan[],
  parts: readonly BurstPart[],
  settled: readonly HostConnection[],
  { events: told, final, untold }: BurstEnd,
  numbers: ProcessNumbers,
): Burst {
  const broken = wasLost(parts) || untold !== undefined;
  const events = told.toSorted((a, b) => a.timeNs - b.timeNs);
  numbers.remember(events);
  return {
    events: broken ? withUnheard(events, plans, (client) => numbers.take(client)) : events,
    connections: untold === undefined ? settled : settled.map((one) => ({ ...one, doubtful: true })),
    counts: summedCounts(parts.map((part) => part.counts)),
    firstRequestSpreadNs: firstRequestSpreadNs(plans, events),
    arrivalSpreadNs: arrivalSpreadNs(parts),
    undecided: [...parts.flatMap((part) => part.workerErrors), ...(untold === undefined ? [] : [untold])],
    broken,
    ...(final === undefined || broken ? {} : { final }),
  };
}

export function wasLost(parts: readonly BurstPart[]): boolean {
  return parts.some(({ isGone }) => isGone === true);
}

/** Unknown where an answer was to tell of an arrival and did not: of three in thirty the others may have come at any time. */
function arrivalSpreadNs(parts: readonly Pick<SettleReply, 'arrivalsMs' | 'counts'>[]): number | undefined {
  const atMs = parts.flatMap((part) => part.arrivalsMs);
  if (atMs.length < 2 || parts.some(({ counts }) => counts['no-arrival'] !== undefined)) return undefined;
  return (Math.max(...atMs) - Math.min(...atMs)) * 1e6;
}
