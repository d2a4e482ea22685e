import type { StoreAddress } from '../core/context.js';
import type { HostConnection, HostError } from '../engine/protocol.js';
import type { Aftermath } from '../engine/trial.js';
import type { InstanceGiven } from '../explore/apart.js';
import type { ExplorerRequest, ExplorerResult } from './explorer.js';

/** To an explorer's process. */
export type ToExplorer =
  | { readonly type: 'run'; readonly request: ExplorerRequest }
  | { readonly type: 'chased'; readonly aftermath: Aftermath }
  | { readonly type: 'launched'; readonly addresses: readonly StoreAddress[] }
  | { readonly type: 'stopped' }
  /** What it asked for last could not be done. */
  | { readonly type: 'refused'; readonly message: string }
  /** Ends well, with what was found until now. */
  | { readonly type: 'stop' };

/** From it. It says something every second, so that one that hangs in a loop is known by its silence. */
export type FromExplorer =
  | { readonly type: 'alive'; readonly run: number; readonly violated: number }
  | { readonly type: 'connected'; readonly connections: readonly HostConnection[] }
  | { readonly type: 'chase'; readonly connections: readonly HostConnection[] }
  | { readonly type: 'launch'; readonly given: readonly InstanceGiven[] }
  /** The instances. */
  | { readonly type: 'stop-instances' }
  | { readonly type: 'done'; readonly result: ExplorerResult }
  | { readonly type: 'failed'; readonly error: HostError };

export const ALIVE_EVERY_MS = 1_000;
