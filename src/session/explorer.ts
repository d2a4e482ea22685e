import type { StoreAddress } from '../core/context.js';
import type { Parameters } from '../core/scenario.js';
import type { HostConnection, TargetSource } from '../engine/protocol.js';
import { ExecClients } from '../engine/exec-clients.js';
import type { Aftermath } from '../engine/trial.js';
import { carriedOut } from '../explore/carry-out.js';
import { following } from '../explore/choosers.js';
import { exploreTarget } from '../explore/explore-target.js';
import type { Explored, ExplorePlan, KeptSchedule, Replayed } from '../explore/explored.js';
import { replay } from '../explore/replay.js';
import { Traces } from '../explore/traces.js';
import { warmedUp } from '../explore/warm-up.js';
import { openReaper } from '../process/reaper.js';
import type { Apart, Instances } from '../explore/apart.js';
import type { AnyScenario, AnyTarget } from './choice.js';
import { openSystem } from './open-system.js';

/** What an explorer is asked to do. Plain JSON: it crosses a process border. */
export interface ExplorerRequest {
  /** A name or a file. */
  readonly scenario: string;
  /** The config whose scenarios are found by their names, too. Default: none. */
  readonly config?: string;
  readonly target: TargetSource;
  readonly parameters: Parameters;
  readonly addresses: readonly StoreAddress[];
  readonly seed: string;
  readonly timeoutMs: number;
  readonly task:
    | { readonly kind: 'explore'; readonly plan: ExplorePlan }
    | { readonly kind: 'replay'; readonly schedule: KeptSchedule; readonly times: number };
}

export type ExplorerResult =
  | { readonly kind: 'explored'; readonly explored: Explored }
  | { readonly kind: 'replayed'; readonly replayed: Replayed };

/** What an explorer needs from whoever asked it. */
export interface ExplorerHooks {
  readonly signal: AbortSignal;
  scheduleDone(run: number, violated: number): void;
  /** The connections of the clients are these now. */
  connected(connections: readonly HostConnection[]): void;
  chase(connections: readonly HostConnection[]): Promise<Aftermath>;
  /** Of the target's API, if it has one. */
  readonly instances: Instances;
}

/** Opens a target between its stores' wires, does what is asked, and closes it. Runs in a process that can be killed. */
export async function runExplorer(
  request: ExplorerRequest,
  { scenario, target }: { readonly scenario: AnyScenario; readonly target: AnyTarget },
  hooks: ExplorerHooks,
): Promise<ExplorerResult> {
  const { addresses, parameters, seed, timeoutMs, task } = request;
  const { apart, release } = apartOf(request, target, hooks);
  const { system, close } = await openSystem({
    ...{ scenario, target, parameters, addresses, seed, timeoutMs },
    ...(apart && { apart }),
    chase: (connections) => hooks.chase(connections),
    onConnected: (connections) => hooks.connected(connections),
  });
  try {
    if (task.kind === 'explore') {
      const explored = await exploreTarget(system, task.plan, hooks, hooks.signal);
      return { kind: 'explored', explored };
    }
    const traces = new Traces();
    await warmedUp(traces, () => system.run(following([])));
    const { absent, clients, victims } = task.schedule;
    await system.leaveOut(new Set(absent));
    await warmedUp(traces, () => carriedOut(system, following(clients), victims));
    return { kind: 'replayed', replayed: await replay(system, traces, task.schedule, task.times) };
  } finally {
    await close();
    release();
  }
}

/** Where the clients' code runs, if not in this process; `release` at the end. */
function apartOf({ target: source }: ExplorerRequest, target: AnyTarget, { instances }: ExplorerHooks) {
  if (source.kind === 'exec') {
    const reaper = openReaper();
    const apart: Apart = {
      each: 'program',
      open: (owner, emit) => new ExecClients({ command: source, reaper, owner, emit }),
    };
    return { apart, release: () => reaper.close() };
  }
  const apart: Apart | undefined = target.api && { each: 'instance', instances };
  return { apart, release: () => undefined };
}
