import type { ApiExchange } from '../core/api.js';
import { autocannonHosts } from '../engine/autocannon-host.js';
import { k6Hosts, type TrialThresholds } from '../engine/k6-host.js';
import type { LoadTable } from '../engine/load.js';
import type { ProcessHosts } from '../engine/process-host.js';
import type { Reaper } from '../process/reaper.js';
import type { SessionPlan } from './plan-session.js';

/** What a load engine says of its own, trial by trial. */
export interface EngineWords {
  readonly tables: LoadTable[];
  readonly thresholds: TrialThresholds[];
}

export function noWords(): EngineWords {
  return { tables: [], thresholds: [] };
}

/** As far as there are any. */
export function wordsSaid({ tables, thresholds }: EngineWords): {
  readonly load?: readonly LoadTable[];
  readonly thresholds?: readonly TrialThresholds[];
} {
  return {
    ...(tables.length === 0 ? {} : { load: tables }),
    ...(thresholds.length === 0 ? {} : { thresholds }),
  };
}

/** Hosts whose requests are sent by the load engine of the plan, where there is one. */
export function sentBy(
  { k6, k6Script, load }: SessionPlan,
  own: ProcessHosts,
  {
    exchange,
    reaper,
    words,
  }: { readonly exchange: ApiExchange | undefined; readonly reaper: Reaper; readonly words: EngineWords },
): ProcessHosts {
  if (exchange === undefined) return own;
  if (k6 !== undefined) {
    return k6Hosts(own, {
      ...{ k6, exchange, reaper, script: k6Script },
      onThresholds: (trial) => words.thresholds.push(trial),
    });
  }
  if (load === undefined) return own;
  return autocannonHosts(own, { load, exchange, onTable: (table) => words.tables.push(table) });
}
