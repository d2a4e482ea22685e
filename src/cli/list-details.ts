import type { Expectation } from '../core/target.js';
import { beside, wrapName } from '../report/text-width.js';
import { EXPECTATION_WORDS } from '../report/words.js';
import { UsageError } from '../core/usage-error.js';
import { didYouMean } from '../session/nearest.js';

/** A contract with what belongs to it. */
export interface Listed {
  readonly contract: string;
  readonly scenarios: readonly { readonly name: string; readonly summary: string }[];
  readonly targets: readonly ListedTarget[];
}

export interface ListedTarget {
  readonly id: string;
  readonly summary: string;
  readonly prevents: string;
  readonly costs: string;
  readonly source: string;
  readonly expectations?: Readonly<Record<string, Expectation>>;
  readonly acrossProcesses?: Readonly<Record<string, Expectation>>;
}

/**
 * What these names of contracts, scenarios and targets stand for: a contract with all that is in it, a scenario with all
 * targets of its contract, a target in each contract that has one of that id, or of that name on whatever store. Throws a UsageError for names of nothing.
 */
export function selected<L extends Listed>(all: readonly L[], names: readonly string[]): readonly L[] {
  const known = [
    ...new Set(
      all.flatMap(({ contract, scenarios, targets }) => [
        contract,
        ...scenarios.map(({ name }) => name),
        ...targets.flatMap(({ id }) => [id, strategyOf(id)]),
      ]),
    ),
  ];
  const problems = names
    .filter((name) => !known.includes(name))
    .map((name) => `there is no contract, scenario or target "${name}"${didYouMean(name, known)}`);
  const [first, ...rest] = problems;
  if (first !== undefined) throw new UsageError([first, ...rest]);
  return all.flatMap((one) => {
    if (names.includes(one.contract)) return [one];
    const scenarios = one.scenarios.filter(({ name }) => names.includes(name));
    const targets =
      scenarios.length > 0
        ? one.targets
        : one.targets.filter(({ id }) => [id, strategyOf(id)].some((name) => names.includes(name)));
    return targets.length === 0 ? [] : [{ ...one, scenarios, targets }];
  });
}

/** Without its store: `for-update` of `postgres/for-update`. */
function strategyOf(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}

/** All that is known of them. Where scenarios are among them, what the targets claim in these. */
export function detailsText(contracts: readonly Listed[], width: number): string {
  return contracts
    .map(({ contract, scenarios, targets }) =>
      [
        contract,
        ...scenarios.flatMap(({ name, summary }) => beside(`  ${name.padEnd(24)}`, summary, width)),
        ...targets.flatMap((target) => ['', ...targetLines(target, scenarios, width)]),
        '',
      ].join('\n'),
    )
    .join('\n');
}

function targetLines(target: ListedTarget, scenarios: Listed['scenarios'], width: number): readonly string[] {
  const { id, summary, prevents, costs, source, expectations = {}, acrossProcesses = {} } = target;
  // A target in a config file may say little of itself.
  const line = (label: string, text: string) =>
    text === '' ? [] : beside(`    ${label.padEnd(10)}`, text, width);
  const across = claimsOf(acrossProcesses, scenarios);
  return [
    ...wrapName(id, width - 2).map((part) => `  ${part}`),
    ...line('does', summary),
    ...line('prevents', prevents),
    ...line('costs', costs),
    ...line('claims', claimsOf(expectations, scenarios) || 'nothing'),
    ...line('', across && `with its clients over several processes: ${across}`),
    ...line('source', source),
  ];
}

/** `holds: last-unit, basket; violated: crashed-buyer`. */
function claimsOf(
  expectations: Readonly<Record<string, Expectation>>,
  scenarios: Listed['scenarios'],
): string {
  const isAsked = (name: string) => scenarios.length === 0 || scenarios.some((one) => one.name === name);
  return (['holds', 'gives-up', 'violated'] as const)
    .flatMap((claim) => {
      const names = Object.keys(expectations).filter((name) => expectations[name] === claim && isAsked(name));
      return names.length === 0 ? [] : [`${EXPECTATION_WORDS[claim]}: ${names.join(', ')}`];
    })
    .join('; ');
}
