import { grouped } from '../core/grouped.js';
import { withDefaults, type Parameters } from '../core/scenario.js';
import type { AnyScenario } from './choice.js';
import { didYouMean } from './nearest.js';

/** The scenario's parameters with what was given in place of defaults. Adds to `problems` what does not fit. */
export function resolveParameters(
  scenario: AnyScenario,
  given: Readonly<Record<string, number | undefined>>,
  problems: string[],
): Parameters {
  const names = Object.keys(scenario.parameters);
  const before = problems.length;
  for (const [name, value] of Object.entries(given)) {
    const parameter = scenario.parameters[name];
    if (value === undefined) continue;
    if (parameter === undefined) {
      problems.push(
        `${scenario.name} has no parameter "${name}"${didYouMean(name, names)} (it has: ${names.join(', ')})`,
      );
    } else if (!Number.isInteger(value) || value < parameter.min || value > parameter.max) {
      problems.push(
        `expected a whole number from ${grouped(parameter.min)} to ${grouped(parameter.max)} for ${name} (${parameter.describe}), got ${value}`,
      );
    }
  }
  const parameters = withDefaults(scenario.parameters, given);
  if (problems.length === before) problems.push(...(scenario.problems?.(parameters) ?? []));
  return parameters;
}
