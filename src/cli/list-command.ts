import { SCENARIOS } from '../../scenarios/index.js';
import { storesOf } from '../core/target.js';
import type { AnyTarget } from '../session/choice.js';
import { findConfig, loadConfig } from '../session/config.js';
import { configTargetsOf, loadRegistered, targetIdsOf } from '../session/find-targets.js';
import { beside, paragraph } from '../report/text-width.js';
import { detailsText, selected, type Listed } from './list-details.js';
import { print, terminalWidth } from './output.js';

const MORE =
  'race-check list NAME tells more of a contract, a scenario or a target: what it prevents and what not, what it costs, what it claims, and its source.';

/**
 * `race-check list`: every scenario, and every target with what it does; with names of contracts, scenarios or targets, all
 * that is known of these.
 */
export async function listCommand({
  names,
  json,
  config: given,
}: {
  readonly names: readonly string[];
  readonly json: boolean;
  readonly config: string | undefined;
}): Promise<number> {
  const file = findConfig(process.cwd(), given);
  const config = file === undefined ? undefined : await loadConfig(file);
  const ours = await Promise.all(Object.values(SCENARIOS).map((load) => load()));
  const scenarios = [...ours, ...(config?.scenarios ?? [])];
  const all = await Promise.all(
    [...new Set(scenarios.map(({ contract }) => contract.name))].map(async (contract) => ({
      contract,
      scenarios: scenarios
        .filter((one) => one.contract.name === contract)
        .map(({ name, summary, defaultTarget }) => ({ name, summary, defaultTarget })),
      targets: await Promise.all(
        [
          ...targetIdsOf(contract).map((id) => loadRegistered(contract, id)),
          ...configTargetsOf(contract, config).map(({ target }) => Promise.resolve(target)),
        ].map(async (loading) => describe(await loading)),
      ),
    })),
  );
  const contracts = names.length === 0 ? all : selected(all, names);
  const width = terminalWidth(process.stdout, process.env);
  const text = () =>
    names.length === 0
      ? `${listText(contracts, width)}\n${paragraph(MORE, width, '').join('\n')}\n`
      : detailsText(contracts, width);
  await print(process.stdout, json ? `${JSON.stringify(contracts, undefined, 2)}\n` : text());
  return 0;
}

function describe(target: AnyTarget) {
  const { id, summary, prevents, costs, source, expectations, acrossProcesses } = target;
  const claims = { expectations, ...(acrossProcesses && { acrossProcesses }) };
  return { id, stores: storesOf(target), summary, prevents, costs, source, ...claims };
}

/** Names with their summaries beside them, in lines that are no wider. */
export function listText(contracts: readonly Listed[], width: number): string {
  const names = contracts.flatMap(({ scenarios, targets }) => [
    ...scenarios.map(({ name }) => name),
    ...targets.map(({ id }) => id),
  ]);
  const longest = Math.max(...names.map((name) => name.length)) + 2;
  const line = (name: string, summary: string) => beside(`  ${name.padEnd(longest)}`, summary, width);
  return contracts
    .map(({ contract, scenarios, targets }) =>
      [
        `${contract}: scenarios`,
        ...scenarios.flatMap(({ name, summary }) => line(name, summary)),
        '',
        `${contract}: targets`,
        ...targets.flatMap(({ id, summary }) => line(id, summary)),
        '',
      ].join('\n'),
    )
    .join('\n');
}
