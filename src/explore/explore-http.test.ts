import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../scenarios/index.js';
import { checkout, type CheckoutFinal } from '../../scenarios/checkout/contract.js';
import { TARGETS } from '../../targets/index.js';
import type { ContractTypes } from '../core/contract.js';
import { withDefaults } from '../core/scenario.js';
import type { AnyTarget } from '../session/choice.js';
import { storesOf } from '../core/target.js';
import { RunNamespaces } from '../engine/run-namespaces.js';
import { chase } from '../engine/trial.js';
import { defineHttpTarget } from '../http/define-http-target.js';
import { openReaper, type Reaper } from '../process/reaper.js';
import { instancesAt } from '../session/apart.js';
import { openSystem } from '../session/open-system.js';
import { openHttp } from '../stores/http/server.js';
import { openPostgres } from '../stores/postgres/server.js';
import type { StoreServer } from '../stores/store.js';
import { following } from './choosers.js';
import { exploreTarget } from './explore-target.js';
import type { Explored } from './explored.js';
import { reachEnds } from './reduction.js';
import type { TargetSystem } from './target-system.js';
import { Traces } from './traces.js';
import { warmedUp } from './warm-up.js';

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

/** The shop of the fixture, as its user would describe it. */
const shop = (way: string): AnyTarget =>
  defineHttpTarget({
    contract: checkout,
    name: `shop-${way}`,
    baseUrl: ({ port }) => `http://127.0.0.1:${port}`,
    stores: ['postgres'],
    start: {
      command: [process.execPath, fileURLToPath(new URL('shop-api.fixture.mjs', import.meta.url))],
      env: { WAY: way },
      readyWhen: { path: '/health' },
    },
    reset: { request: (initial) => ({ path: '/reset', body: initial }) },
    operations: {
      checkout: {
        request: ({ buyer, cart }) => ({ path: '/checkout', body: { buyer, items: cart } }),
        outcome: (answer) => {
          if (answer.status === 201) return { result: 'ordered' };
          const short = answer.json() as { product: string; available: number; requested: number };
          return { result: 'insufficient-stock', message: 'sold out', ...short };
        },
      },
    },
    state: { request: { path: '/state' }, final: (answer) => answer.json() as CheckoutFinal },
  }) as unknown as AnyTarget;

async function onSystem<T>(
  target: string | AnyTarget,
  work: (system: TargetSystem<ContractTypes>) => Promise<T>,
): Promise<T> {
  const { system, close } = await open('flash-sale', target);
  try {
    return await work(system);
  } finally {
    await close();
  }
}

const explored = (target: AnyTarget): Promise<Explored> =>
  onSystem(target, (system) =>
    exploreTarget(
      system,
      { search: { kind: 'exhaustive', reduce: true }, budgetMs: 60_000, seed: 'test' },
      { scheduleDone: () => undefined },
      new AbortController().signal,
    ),
  );

describe("somebody's API", { timeout: 120_000 }, () => {
  it('is violated where its lock is one of its process alone, and that is said', async () => {
    const result = await explored(shop('mutex'));
    expect(result).toMatchObject({ verdict: 'violated', each: 'instance', isExhaustive: true, reasons: [] });
    expect(result.counterexample?.replayed).toEqual({ times: 10, reproduced: 10 });
  });

  it('is reset in each instance, so that none remembers what was sold in a schedule before', async () => {
    const result = await explored(shop('memory'));
    expect(result).toMatchObject({ verdict: 'holds', isExhaustive: true, ends: 2 });
    expect(result.schedules.gaveUp).toBe(0);
  });

  it.each([
    ['writes after its answer', 'late', 'insert into audit'],
    ['commits after its answer', 'answer-before-commit', 'commit'],
  ])('that %s is waited for: that is a step too', async (_, way, step) => {
    const traces = await onSystem(shop(way), async (system) => {
      const known = new Traces();
      const run = async () => {
        const { transitions, result } = await system.run(following([0, 1]));
        expect(result?.result.findings).toEqual([]);
        return { transitions };
      };
      const first = await warmedUp(known, run);
      for (const client of [0, 1]) {
        expect(first.transitions.findLast((one) => one.client === client)?.label).toContain(step);
      }
      return [first, await run(), await run()].map(({ transitions }) => known.canonical(transitions).join());
    });
    expect(new Set(traces).size).toBe(1);
  });

  it('that sends several statements at once does not count as explored to the end', async () => {
    const result = await explored(shop('parallel'));
    expect(result).toMatchObject({ verdict: 'inconclusive', isExhaustive: false });
    expect(result.reasons.join()).toContain('sent several requests at once');
    expect(result.schedules.violated).toBe(0);
  });

  it('that forgets an open transaction is told so, and begins the next schedule without it', async () => {
    const found = await onSystem(shop('open'), async (system) => {
      const run = async () => (await system.run(following([0, 0, 0, 0, 0, 1]))).result!.result;
      return [await run(), await run()];
    });
    for (const { findings, operations } of found) {
      expect(findings.map(({ anomaly }) => anomaly)).toEqual(['transaction-left-open']);
      expect(operations).toEqual({ ok: 2, fail: 0, info: 0 });
    }
  });

  it.each([
    ['works by itself', 'timer', 'while its client had no operation under way'],
    ['sends nothing through race-check', 'deaf', 'DATABASE_URL'],
  ])('that %s is inconclusive, with the reason', async (_, way, reason) => {
    const result = await explored(shop(way));
    expect(result).toMatchObject({ verdict: 'inconclusive', isExhaustive: false });
    expect(result.reasons.join()).toContain(reason);
  });
});

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

  it('do the same in one schedule, however often', async () => {
    const seen = await onSystem('http/for-update', async (system) => {
      const known = new Traces();
      const run = async () => (await system.run(following([0, 0, 1, 0, 1]))).transitions;
      known.learn(await run(), await run());
      const traces: string[] = [];
      for (let time = 0; time < 30; time += 1) traces.push(known.canonical(await run()).join('\n'));
      return new Set(traces);
    });
    expect(seen.size).toBe(1);
    // The second waits for the first, who is in another process.
    expect([...seen][0]).toContain('(waits)');
  });
});
