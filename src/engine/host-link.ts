import type { HistoryEvent } from '../core/history.js';
import type { HostReplyValue, HostRequest } from './protocol.js';

/** The engine's end of a host, wherever the host lives. */
export interface HostLink {
  /**
   * Asks, and waits at most `limitMs` for the reply. A host does one thing after the other, so the next may be asked for
   * before the last is done; its limit includes what stands before it. Rejects with `HostFailure` when the target failed, with `HostGone`
   * when the process ended or was killed for not answering.
   */
  request(request: HostRequest, limitMs: number): Promise<HostReplyValue>;
  /** It can be told to go, and to read afterwards, while it is still arming. Default: it cannot. */
  readonly goesWhenArmed?: boolean;
  /** How long before the barrier opens it wants to be told. Default: not at all. */
  readonly leadNs?: bigint;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/** The process of a target is no more: it exited, crashed, or was killed because it did not answer. */
export class HostGone extends Error {
  override readonly name = 'HostGone';
}

/** `trial` is named by hosts that may be told of the next before they have told of this one. */
export type OnEvents = (events: readonly HistoryEvent[], trial?: number) => void;

/** Opens one host. `onEvents` is told what the host records, in order. */
export type OpenHost = (onEvents: OnEvents) => Promise<HostLink>;
