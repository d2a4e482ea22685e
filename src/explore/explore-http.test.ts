import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../scenarios/index.js';
import { TARGETS } from '../../targets/index.js';
import type { ContractTypes } from '../core/contract.js';
import { withDefaults } from '../core/scenario.js';
import type { AnyTarget } from '../session/choice.js';
import { storesOf } from '../core/target.js';
import { RunNamespaces } from '../engine/run-namespaces.js';
import { chase } from '../engine/trial.js';
import { openReaper, type Reaper } from '../process/reaper.js';
import { instancesAt } from '../session/apart.js';
import { openSystem } from '../session/open-system.js';
import { openHttp } from '../stores/http/server.js';
import { openPostgres } from '../stores/postgres/server.js';
import type { StoreServer } from '../stores/store.js';
import { following } from './choosers.js';
import { reachEnds } from './reduction.js';
import type { TargetSystem } from './target-system.js';
import { Traces } from './traces.js';

let reaper: Reaper;
let postgres: StoreServer;
const request = () => ({ url: undefined, allowRemote: false, runId: 'apart', connections: 120, reaper });
beforeAll(async () => {
  reaper = openReaper();
  postgres = await openPostgres(request());
});
afterAll(async () => {
  await postgres.stop();
  reaper.close();
});

interface Opened {
  readonly system: TargetSystem<ContractTypes>;
  readonly close: () => Promise<void>;
}

/** A target on its stores, each client of an API with an instance of its own. */
async function open(scenarioName: string, id: string | AnyTarget): Promise<Opened> {
  const scenario = await SCENARIOS[scenarioName]!();
  const loads = TARGETS[scenario.contract.name as keyof typeof TARGETS] as unknown as Readonly<
    Record<string, () => Promise<{ readonly default: AnyTarget }>>
  >;
  const target = typeof id === 'string' ? (await loads[id]!()).default : id;
  const parameters = withDefaults(scenario.parameters, scenario.small);
  const servers = new Map([['postgres', postgres]]);
  const { api } = target;
  const http = api && (await openHttp({ ...request(), api: { target: target.id, api } }));
  if (http !== undefined) servers.set('http', http);
  const namespaces = new RunNamespaces(
    new Map(storesOf(target).map((store) => [store, servers.get(store)!])),
    parameters,
  );
  await namespaces.open();
  const { system, close } = await openSystem<ContractTypes>({
    ...{ scenario, parameters, target, seed: 'test', timeoutMs: 20_000 },
    addresses: namespaces.addresses(),
    ...(api && { apart: { each: 'instance', instances: instancesAt(http, parameters) } }),
    chase: (connections) => chase(connections, namespaces.current),
  });
  return {
    system,
    close: async () => {
      await close();
      await http?.stop();
      await namespaces.drop();
    },
  };
}

describe('clients of an API that is started for each of them', { timeout: 120_000 }, () => {
  it.each([
    ['flash-sale', 'naive', 46],
    ['flash-sale', 'for-update', 50],
  ])('end in %s as those of postgres/%s do, in as many interleavings', async (scenario, strategy, all) => {
    const direct = await reachEnds(() => open(scenario, `postgres/${strategy}`), true);
    const overHttp = await reachEnds(() => open(scenario, `http/${strategy}`), true);
    expect([...overHttp.ends.keys()].sort()).toEqual([...direct.ends.keys()].sort());
    expect(overHttp.search).toMatchObject({ cut: undefined, standFor: BigInt(all) });
    expect(direct.search.standFor).toBe(BigInt(all));
  });

  it('do the same a hundred times', async () => {
    const { system, close } = await open('flash-sale', 'http/for-update');
    try {
      const known = new Traces();
      const run = async () => (await system.run(following([0, 0, 1, 0, 1]))).transitions;
      known.learn(await run(), await run());
      const seen = new Set<string>();
      for (let time = 0; time < 100; time += 1) seen.add(known.canonical(await run()).join('\n'));
      expect(seen.size).toBe(1);
      // The second waits for the first, who is in another process.
      expect([...seen][0]).toContain('(waits)');
    } finally {
      await close();
    }
  });
});
