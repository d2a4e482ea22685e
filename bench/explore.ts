import flashSale from '../scenarios/checkout/flash-sale.js';
import type { Checkout } from '../scenarios/checkout/contract.js';
import { withDefaults, type Parameters } from '../src/core/scenario.js';
import type { ContractTypes } from '../src/core/contract.js';
import type { Target } from '../src/core/target.js';
import { ClientSlot, createTargetContext } from '../src/engine/client-slot.js';
import { following } from '../src/explore/choosers.js';
import { exploreTarget } from '../src/explore/explore-target.js';
import type { Explored } from '../src/explore/explored.js';
import type { TargetSystem } from '../src/explore/target-system.js';
import { Traces } from '../src/explore/traces.js';
import type { StoreServer } from '../src/stores/store.js';
import forUpdate from '../targets/checkout/postgres/for-update.js';
import naive from '../targets/checkout/postgres/naive.js';
import { median, seconds } from './numbers.js';
import { print, progress, type BenchOptions, type BenchResult } from './result.js';
import { openOn } from './open-on.js';
import { withSharedServer } from './shared-server.js';
import { markdownTable } from './table.js';

/** frontrun 0.7.0 with psycopg2, as it was measured on another occasion: not by this program. */
const FRONTRUN = {
  naiveFirst: '0.50 s',
  naive2: '0.71 s (10 runs)',
  naive3: '46.5 s (755 runs, at most 2 preemptions)',
  forUpdate2: 'gives up after 5.8 s',
  forUpdate3: 'gives up',
} as const;

const REPLAYS = 100;
const BARE_ROUNDS = 300;
const QUICK_BARE_ROUNDS = 60;

/** Explore on a warm server: how soon it finds, how soon it is through, and what holding every statement costs. */
export async function benchExplore({ quick, runs }: BenchOptions): Promise<readonly BenchResult[]> {
  return withSharedServer(40, async ({ server }) => {
    // The parser, the planner's caches, our own code.
    await explore(server, naive, 2, true);
    const results: BenchResult[] = [];
    const told: string[][] = [];
    const measure = async (
      what: string,
      frontrun: string,
      goalMs: number,
      times: number,
      target: Target<Checkout>,
      clients: number,
      take: (explored: Explored) => number | undefined,
    ) => {
      progress(`explore: ${what}`);
      const measured: number[] = [];
      let last: Explored | undefined;
      for (let run = 0; run < times; run += 1) {
        last = await explore(server, target, clients, true);
        const ms = take(last);
        if (ms === undefined || !last.isExhaustive) throw new Error(`${what}: ${last.reasons.join('; ')}`);
        measured.push(ms);
      }
      const ms = median(measured);
      const { run, standFor } = last!.schedules;
      told.push([
        what,
        frontrun,
        seconds(ms),
        `${run} run, stand for ${standFor?.all ?? '?'}`,
        last!.verdict,
      ]);
      results.push({
        what: `explore: ${what}`,
        goal: seconds(goalMs),
        measured: seconds(ms),
        met: ms <= goalMs,
      });
    };
    const search = ({ searchMs }: Explored) => searchMs;
    const first = ({ firstViolationMs }: Explored) => firstViolationMs;
    await measure('naive, 2 buyers: first counterexample', FRONTRUN.naiveFirst, 100, runs, naive, 2, first);
    await measure('naive, 2 buyers: everything', FRONTRUN.naive2, 300, runs, naive, 2, search);
    await measure('naive, 3 buyers: everything', FRONTRUN.naive3, 5_000, quick ? 1 : runs, naive, 3, search);
    await measure('for-update, 2 buyers: everything', FRONTRUN.forUpdate2, 500, runs, forUpdate, 2, search);
    await measure(
      ...(['for-update, 3 buyers: everything', FRONTRUN.forUpdate3, 10_000] as const),
      ...([quick ? 1 : runs, forUpdate, 3, search] as const),
    );
    print('\nExplore on a warm server (frontrun 0.7.0 as measured elsewhere, on another occasion)\n');
    print(markdownTable(['figure', 'frontrun', 'here', 'schedules', 'verdict'], told));
    results.push(await share(server, quick ? QUICK_BARE_ROUNDS : BARE_ROUNDS, runs));
    results.push(await replays(server));
    return results;
  });
}

function parametersFor(clients: number, stock?: number): Parameters {
  return withDefaults(flashSale.parameters, { ...flashSale.small, clients, ...(stock && { stock }) });
}

/** Opens a target between its wire; what `work` came to. */
async function onTarget<T>(
  server: StoreServer,
  target: Target<Checkout>,
  clients: number,
  work: (system: TargetSystem<ContractTypes>) => Promise<T>,
): Promise<T> {
  const parameters = parametersFor(clients);
  const { system, close } = await openOn(server, { scenario: flashSale, target, parameters, seed: 'bench' });
  try {
    return await work(system as unknown as TargetSystem<ContractTypes>);
  } finally {
    await close();
  }
}

function explore(
  server: StoreServer,
  target: Target<Checkout>,
  clients: number,
  reduce: boolean,
): Promise<Explored> {
  return onTarget(server, target, clients, (system) =>
    exploreTarget(
      system,
      { search: { kind: 'exhaustive', reduce }, budgetMs: 300_000, seed: 'bench' },
      { scheduleDone: () => undefined },
      new AbortController().signal,
    ),
  );
}

/**
 * Schedules a second, as a share of the same work back to back: reset, the statements of two buyers, the final read, on one
 * connection straight to the server, by the same target. Pairs, whose order alternates.
 */
async function share(server: StoreServer, rounds: number, runs: number): Promise<BenchResult> {
  const ratios: number[] = [];
  const rates: number[] = [];
  for (let pair = 0; pair < runs; pair += 1) {
    const bareFirst = pair % 2 === 0;
    const before = bareFirst ? await bare(server, rounds) : undefined;
    const held = await heldRate(server, rounds);
    const own = before ?? (await bare(server, rounds));
    ratios.push(held.statementsPerSecond / own);
    rates.push(held.schedulesPerSecond);
    progress(`explore: pair ${pair + 1}: ${(held.statementsPerSecond / own).toFixed(2)} of the bare loop`);
  }
  const ratio = median(ratios);
  return {
    what: `explore: schedules/s as a share of the same statements without it (${median(rates).toFixed(0)} schedules/s)`,
    goal: 'at least 0.5',
    measured: ratio.toFixed(2),
    met: ratio >= 0.5,
  };
}

/** Of each schedule besides its steps: the reset, and the final read. */
const BESIDES = 2;

/** Interleavings of two naive buyers, one by one, as often as it takes. */
async function heldRate(server: StoreServer, rounds: number) {
  return onTarget(server, naive, 2, async (system) => {
    let steps = 0;
    let schedules = 0;
    const orders = [
      [0, 1, 0, 1, 0, 1, 0, 1],
      [0, 1, 1, 1, 1, 0, 0, 0],
      [0, 1, 0, 0, 1, 1, 0, 1],
    ];
    const beganAt = performance.now();
    while (schedules < rounds) {
      const { transitions } = await system.run(following(orders[schedules % orders.length]!));
      steps += transitions.length;
      schedules += 1;
    }
    const elapsedS = (performance.now() - beganAt) / 1_000;
    return {
      schedulesPerSecond: schedules / elapsedS,
      statementsPerSecond: (steps + BESIDES * schedules) / elapsedS,
    };
  });
}

/** Statements a second of the same target on one connection: with two units, so that both buyers do all of theirs. */
async function bare(server: StoreServer, rounds: number): Promise<number> {
  const parameters = parametersFor(2, 2);
  const namespace = await server.namespace();
  const source = {
    parameters,
    random: () => 0.5,
    addresses: new Map([['postgres', namespace.address]]),
  };
  const target = await naive.open(createTargetContext(source));
  const slot = new ClientSlot(0, 0, source, {
    nowNs: () => 0,
    note: () => undefined,
    count: () => undefined,
    arrived: () => undefined,
  });
  try {
    await target.setup();
    const client = await target.client(slot.context);
    const attempts = flashSale.attempts(parameters as never, () => 0.5);
    const initial = flashSale.initial(parameters as never);
    const beganAt = performance.now();
    for (let round = 0; round < rounds; round += 1) {
      await target.reset(initial);
      for (const { input } of attempts) await client.checkout(input);
      await target.read();
    }
    const elapsedS = (performance.now() - beganAt) / 1_000;
    await client.close();
    return (rounds * (NAIVE_STATEMENTS * attempts.length + BESIDES)) / elapsedS;
  } finally {
    await target.close();
    await namespace.drop();
  }
}

/** The read, the write, the order, its items. */
const NAIVE_STATEMENTS = 4;

/** One schedule, again and again: how many different traces, once ids are named by the order in which they appear. */
async function replays(server: StoreServer): Promise<BenchResult> {
  const different = await onTarget(server, forUpdate, 2, async (system) => {
    const traces = new Traces();
    const run = async () => (await system.run(following([0, 0, 1, 1, 0, 0, 0, 0]))).transitions;
    traces.learn(await run(), await run());
    const seen = new Set<string>();
    for (let time = 0; time < REPLAYS; time += 1) seen.add(traces.canonical(await run()).join('\n'));
    return seen.size;
  });
  return {
    what: `explore: different traces of one schedule with a wait in it, carried out ${REPLAYS} times`,
    goal: '1',
    measured: String(different),
    met: different === 1,
  };
}
