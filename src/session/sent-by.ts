import type { ApiExchange } from '../core/api.js';
import { autocannonHosts } from '../engine/autocannon-host.js';
import { k6Hosts } from '../engine/k6-host.js';
import type { LoadTable } from '../engine/load.js';
import type { ProcessHosts } from '../engine/process-host.js';
import type { Reaper } from '../process/reaper.js';
import type { SessionPlan } from './plan-session.js';

/** Hosts whose requests are sent by the load engine of the plan, where there is one. */
export function sentBy(
  { k6, load }: SessionPlan,
  own: ProcessHosts,
  {
    exchange,
    reaper,
    tables = [],
  }: { readonly exchange: ApiExchange | undefined; readonly reaper: Reaper; readonly tables?: LoadTable[] },
): ProcessHosts {
  if (exchange === undefined) return own;
  if (k6 !== undefined) return k6Hosts(own, { k6, exchange, reaper });
  if (load === undefined) return own;
  return autocannonHosts(own, { load, exchange, onTable: (table) => tables.push(table) });
}
