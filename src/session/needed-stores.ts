import { storesOf } from '../core/target.js';
import { StoreUnavailable, type StoreServer } from '../stores/store.js';
import type { AnyTarget } from './choice.js';
import type { OpenStores } from './open-stores.js';
import type { SessionPlan } from './plan-session.js';
import { demandPoints } from './points.js';
import { demandSpreadable } from './processes.js';

/** Every store that the plan asks for. */
export function storesOfPlan(plan: SessionPlan): readonly string[] {
  return [...new Set([...plan.named, ...plan.controls.values()].flatMap(({ target }) => storesOf(target)))];
}

/** Throws StoreUnavailable where a store cannot be had, or cannot do what the target needs, or what the plan asks for. */
export async function serversFor(
  target: AnyTarget,
  { processes, scenario }: Pick<SessionPlan, 'processes' | 'scenario'>,
  stores: OpenStores,
): Promise<ReadonlyMap<string, StoreServer>> {
  demandSpreadable(target, processes);
  demandPoints(target, scenario);
  const servers = await stores.need(target);
  for (const [store, { lacks = {} }] of servers) {
    for (const feature of target.needs ?? []) {
      const lack = lacks[feature];
      if (lack !== undefined) throw new StoreUnavailable(store, lack.reason, lack.remedy);
    }
  }
  return servers;
}
