import { SCENARIOS } from '../../scenarios/index.js';
import { storesOf } from '../core/target.js';
import { loadRegistered, targetIdsOf } from '../session/find-targets.js';
import { print } from './output.js';

/** `race-check list`: every scenario with its numbers, and every target with what it claims. */
export async function listCommand({ json }: { readonly json: boolean }): Promise<number> {
  const scenarios = await Promise.all(Object.values(SCENARIOS).map((load) => load()));
  const contracts = await Promise.all(
    [...new Set(scenarios.map(({ contract }) => contract.name))].map(async (contract) => ({
      contract,
      scenarios: scenarios
        .filter((one) => one.contract.name === contract)
        .map(({ name, summary, defaultTarget }) => ({ name, summary, defaultTarget })),
      targets: await Promise.all(
        targetIdsOf(contract).map(async (id) => {
          const target = await loadRegistered(contract, id);
          const { summary, prevents, costs, source, expectations, acrossProcesses } = target;
          const claims = { expectations, ...(acrossProcesses && { acrossProcesses }) };
          return { id, stores: storesOf(target), summary, prevents, costs, source, ...claims };
        }),
      ),
    })),
  );
  await print(process.stdout, json ? `${JSON.stringify(contracts, undefined, 2)}\n` : asText(contracts));
  return 0;
}

interface Listed {
  readonly contract: string;
  readonly scenarios: readonly { readonly name: string; readonly summary: string }[];
  readonly targets: readonly { readonly id: string; readonly summary: string }[];
}

function asText(contracts: readonly Listed[]): string {
  const names = contracts.flatMap(({ scenarios, targets }) => [
    ...scenarios.map(({ name }) => name),
    ...targets.map(({ id }) => id),
  ]);
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const line = (name: string, summary: string) => `  ${name.padEnd(width)}${summary}`;
  return contracts
    .map(({ contract, scenarios, targets }) =>
      [
        `${contract}: scenarios`,
        ...scenarios.map(({ name, summary }) => line(name, summary)),
        '',
        `${contract}: targets`,
        ...targets.map(({ id, summary }) => line(id, summary)),
        '',
      ].join('\n'),
    )
    .join('\n');
}
