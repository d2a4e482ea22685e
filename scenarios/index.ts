import type { ContractTypes } from '../src/core/contract.js';
import type { Parameters, Scenario } from '../src/core/scenario.js';

/** A scenario of any contract, as the registry, the command line and the engine hold it. */
export type AnyScenario = Scenario<ContractTypes>;

/** Every scenario that comes with race-check, by its name. Each is loaded when it is asked for. */
export const SCENARIOS: Readonly<Record<string, () => Promise<AnyScenario>>> = {
  'flash-sale': async () => anyContract((await import('./checkout/flash-sale.js')).default),
  'last-unit': async () => anyContract((await import('./checkout/last-unit.js')).default),
  basket: async () => anyContract((await import('./checkout/basket.js')).default),
  'oversized-cart': async () => anyContract((await import('./checkout/oversized-cart.js')).default),
};

/**
 * Forgets which contract it is. The types cannot follow: a scenario's own checkers take only its own histories. It is
 * sound because whoever holds the scenario gives its checkers nothing but histories of that same scenario.
 */
function anyContract<C extends ContractTypes, P extends Parameters>(scenario: Scenario<C, P>): AnyScenario {
  return scenario as unknown as AnyScenario;
}
