import { clientsOf, type Parameters } from '../core/scenario.js';
import { storesOf } from '../core/target.js';
import { ONE_PROCESS_STORES } from '../stores/index.js';
import { StoreUnavailable } from '../stores/store.js';
import type { AnyScenario, AnyTarget, ChosenTarget } from './choice.js';

/** What speaks against spreading the clients of these targets, which the user asked for by name, over so many processes. */
export function processProblems(
  processes: number,
  {
    scenario,
    parameters,
    asked,
  }: {
    readonly scenario: AnyScenario;
    readonly parameters: Parameters;
    readonly asked: readonly ChosenTarget[];
  },
): string[] {
  if (processes === 1) return [];
  const clients = clientsOf(scenario, parameters);
  return [
    ...(processes > clients
      ? [`expected at most as many processes as clients (${clients}), got ${processes}`]
      : []),
    ...asked.flatMap(({ target, source }) => {
      const bound = boundTo(target);
      if (bound !== undefined) return [`${target.id} cannot be spread over ${processes} processes: ${bound}`];
      return source === undefined
        ? [
            `${target.id} was handed over as an object, which lives in this process: name its file to spread it over ${processes} processes`,
          ]
        : [];
    }),
  ];
}

/** Throws StoreUnavailable for a target that cannot be spread: among all targets of a contract it is skipped aloud. */
export function demandSpreadable(target: AnyTarget, processes: number): void {
  const bound = processes > 1 ? boundTo(target) : undefined;
  if (bound === undefined) return;
  throw new StoreUnavailable(
    storesOf(target)[0]!,
    `no spreading over ${processes} processes: ${bound}`,
    'Use --processes 1',
  );
}

/** Why it is bound to one process, if it is. */
function boundTo(target: AnyTarget): string | undefined {
  return storesOf(target).flatMap((store) => ONE_PROCESS_STORES[store] ?? [])[0];
}
