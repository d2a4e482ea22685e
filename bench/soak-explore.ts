import { parseArgs } from 'node:util';
import { SCENARIOS } from '../scenarios/index.js';
import type { ContractTypes } from '../src/core/contract.js';
import { withDefaults, type Scenario } from '../src/core/scenario.js';
import { storesOf } from '../src/core/target.js';
import { compareReduction, type Compared } from '../src/explore/reduction.js';
import { loadRegistered, targetIdsOf } from '../src/session/find-targets.js';
import type { StoreServer } from '../src/stores/store.js';
import { seconds } from './numbers.js';
import { openOn } from './open-on.js';
import { print, progress } from './result.js';
import { withSharedServer } from './shared-server.js';
import { markdownTable } from './table.js';

/** Each of the two searches has so long. */
const BUDGET_S = 60;
const CLIENTS = 2;

interface Pair {
  readonly scenario: Scenario<ContractTypes>;
  readonly target: string;
}

/**
 * `npm run soak -- explore [--scenario name] [--target id] [--budget 60]`: every target over PostgreSQL in every scenario that it
 * claims something in, with 2 clients, searched with reduction and without, and whether both end in the same states and outcomes.
 * Exits 1 if any does not. A search that takes longer than the budget, in seconds, is cut, and what that leaves open is said.
 */
export async function soakExplore(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      scenario: { type: 'string', multiple: true },
      target: { type: 'string', multiple: true },
      budget: { type: 'string', default: String(BUDGET_S) },
    },
  });
  const budgetMs = Number(values.budget) * 1_000;
  if (!(budgetMs > 0)) throw new Error(`expected seconds for --budget, got "${values.budget}"`);
  const pairs = (await findPairs()).filter(
    ({ scenario, target }) =>
      (values.scenario?.includes(scenario.name) ?? true) && (values.target?.includes(target) ?? true),
  );
  if (pairs.length === 0) throw new Error('there is no such scenario or target over PostgreSQL');
  const rows: string[][] = [];
  let broken = 0;
  await withSharedServer(40, async ({ server }) => {
    for (const pair of pairs) {
      const beganAt = performance.now();
      const told = await compared(server, pair, budgetMs);
      const took = seconds(performance.now() - beganAt);
      const name = [pair.scenario.name, pair.target];
      const problems = typeof told === 'string' ? [told] : told.problems;
      if (problems.length > 0) broken += 1;
      for (const problem of problems) print(`${name.join(' ')}: ${problem}`);
      rows.push([...name, ...(typeof told === 'string' ? ['', '', ''] : cells(told)), took]);
      progress(rows.at(-1)!.join('  '));
    }
  });
  print(markdownTable(['scenario', 'target', 'with reduction', 'without', 'ends', 'time'], rows));
  print(`\n${pairs.length - broken} of ${pairs.length} end alike with reduction and without.`);
  process.exitCode = broken === 0 ? 0 : 1;
}

async function findPairs(): Promise<readonly Pair[]> {
  const pairs: Pair[] = [];
  for (const load of Object.values(SCENARIOS)) {
    const scenario = await load();
    for (const target of targetIdsOf(scenario.contract.name)) {
      const { expectations, ...rest } = await loadRegistered(scenario.contract.name, target);
      const isOnPostgres = storesOf(rest).join() === 'postgres';
      if (isOnPostgres && expectations[scenario.name] !== undefined) pairs.push({ scenario, target });
    }
  }
  return pairs;
}

async function compared(
  server: StoreServer,
  { scenario, target: id }: Pair,
  budgetMs: number,
): Promise<Compared | string> {
  const target = await loadRegistered(scenario.contract.name, id);
  const parameters = withDefaults(scenario.parameters, { ...scenario.small, clients: CLIENTS });
  try {
    return await compareReduction(() => openOn(server, { scenario, target, parameters, seed: 'soak' }), {
      budgetMs,
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function cells({ reduced, all, ends }: Compared): string[] {
  const cut = (one: Compared['all']) => `${one.schedules}${one.cut === undefined ? '' : ', cut'}`;
  return [cut(reduced), cut(all), String(ends)];
}
