import type { StoreAddress } from '../core/context.js';
import type { HistoryEvent } from '../core/history.js';
import type { Json } from '../core/json.js';
import type { Fault, Parameters } from '../core/scenario.js';
import type { ClientConnection } from '../stores/store.js';

/**
 * What the engine says to the side where a target lives, and what comes back: plain JSON, so that a process of any kind
 * can stand behind it. One request is done at a time; `events` come whenever there are some.
 */
export type HostRequest =
  | LoadRequest
  | ResetRequest
  | ArmRequest
  /** Begins every first attempt that can be held; the reply comes when they are. After `reset` and `arm`. */
  | { readonly type: 'hold' }
  | GoRequest
  | { readonly type: 'settle' }
  | { readonly type: 'read' }
  /** What was read after `go`, if it was to be. Reply: an `EarlyRead`. */
  | { readonly type: 'early-read' }
  /** Reply: `true` where nothing of it is at work any more. */
  | { readonly type: 'stop' };

/** Said to a process of ours before its first request: the targets whose code it may load ahead. No reply. */
export interface Preparation {
  readonly type: 'prepare';
  readonly targets: readonly TargetSource[];
}

/** Where a target's code is. */
export type TargetSource =
  | { readonly kind: 'registry'; readonly contract: string; readonly id: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'config'; readonly path: string; readonly contract: string; readonly id: string }
  | { readonly kind: 'exec'; readonly command: string; readonly cwd: string }
  /** A burst at an HTTP server, made from flags: there is no code. */
  | { readonly kind: 'http'; readonly definition: Json };

export interface LoadRequest {
  readonly type: 'load';
  readonly target: TargetSource;
  readonly addresses: readonly StoreAddress[];
  readonly parameters: Parameters;
  readonly seed: string;
  readonly timeoutMs: number;
  /** This host's clients with the process number that each begins with. */
  readonly clients: readonly { readonly client: number; readonly process: number }[];
  /** Of all hosts together; workers are numbered after them. A client's next process is its last one plus clients and workers. */
  readonly totalClients: number;
  /** This host sets up the namespace. */
  readonly setup: boolean;
  /** This host resets, reads, and runs the target's workers. Exactly one does. */
  readonly lead: boolean;
}

/** Reply to `load`. */
export interface LoadReply {
  /** Background actors of the target, which all run on the lead host. */
  readonly workers: number;
}

export interface ResetRequest {
  readonly type: 'reset';
  readonly initial: Json;
  /**
   * Asked while the trial before is under way: this one is begun only if that leaves nothing, as the host alone can tell (see
   * `SettleReply.isClear`). Else this request and all others up to `early-read` fail with `passed-over`, and do nothing.
   */
  readonly ifClear?: true;
}

/** What one client does in a trial, one attempt after the other. */
export interface ClientPlan {
  readonly client: number;
  /** After the barrier. */
  readonly delayNs: number;
  readonly attempts: readonly {
    readonly f: string;
    readonly input: Json;
    /** Waits this long first. */
    readonly afterMs?: number;
  }[];
}

export interface ArmRequest {
  readonly type: 'arm';
  readonly trial: number;
  /** In the order in which clients with the same delay begin. */
  readonly plans: readonly ClientPlan[];
  readonly faults: readonly Fault[];
  /** Clients whose connections were ended at the server: they get new ones and a new process number. */
  readonly renew: readonly number[];
}

/** Opens the barrier; the reply comes when every attempt has ended. Fails where the `reset` or `arm` before it failed. */
export interface GoRequest {
  readonly type: 'go';
  /** On the monotonic clock. Default: as soon as this request's turn comes. */
  readonly startAtNs?: string;
  /** Also begins to read the final state as soon as nobody is at work any more, unless an operation may still be. */
  readonly thenReads?: boolean;
}

/** Reply to `early-read`. */
export interface EarlyRead {
  /** Missing where an operation may still be at work: its session is to be ended first. */
  readonly final?: Json;
}

/** A connection that a client or worker holds, or held in this trial. */
export interface HostConnection extends ClientConnection {
  readonly store: string;
  /** Its operation ended in `info`: what it sent may still be at work in the server. */
  readonly doubtful: boolean;
}

/** Reply to `arm`. */
export interface ArmReply {
  /** What is open when the barrier opens, so that it is known even if the host dies. Missing where the trial was asked for while another was under way, and it is what was told last. */
  readonly connections?: readonly HostConnection[];
  /** There are attempts to hold. Default: none. */
  readonly holds?: boolean;
}

/** Reply to `settle`. */
export interface SettleReply {
  /** Missing as in `ArmReply`: then all of them are at rest. */
  readonly connections?: readonly HostConnection[];
  /** Workers that crashed, or did not stop when asked; leases that could not be made to lapse. */
  readonly workerErrors: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  /** When requests arrived, by the server's own word, in milliseconds of its clock. */
  readonly arrivalsMs: readonly number[];
  /**
   * Nothing was left behind: no operation that may still be at work, no worker that failed, and on each connection the store itself
   * said last that nothing is open. Nobody need look at the server before the next trial begins, and an early read is answered
   * with the final state. Default: false, also where the host cannot tell.
   */
  readonly isClear?: boolean;
}

/** Unasked, in batches. */
export interface HostEvents {
  readonly type: 'events';
  /** Of which trial: where the next is begun before this one is told of, both may come at once. */
  readonly trial: number;
  readonly events: readonly HistoryEvent[];
}

/**
 * `mistake`: a programming error in the target (a TypeError, a syntax error in SQL), which ends the run.
 * `failure`: anything else that a target's set-up, reset or read threw.
 * `passed-over`: see `ResetRequest`.
 */
export interface HostError {
  readonly kind: 'mistake' | 'failure' | 'passed-over';
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
}

export type HostReplyValue = Json | LoadReply | ArmReply | SettleReply | EarlyRead;

export type HostReply =
  | { readonly type: 'reply'; readonly value: HostReplyValue }
  | { readonly type: 'error'; readonly error: HostError };
