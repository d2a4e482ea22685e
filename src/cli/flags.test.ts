import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../scenarios/index.js';
import { UsageError } from '../core/usage-error.js';
import type { AnyScenario } from '../session/choice.js';
import { addExploreFlags } from './explore-flags.js';
import { addParameterFlags, addRunFlags, addStoreFlag } from './flags.js';
import { addLimitFlags } from './limit-flags.js';
import { addLoadFlags } from './load-flags.js';

const runFlags = (scenario: AnyScenario) =>
  addParameterFlags(addStoreFlag(addLoadFlags(addLimitFlags(addRunFlags(new Command())))), scenario);
const exploreFlags = (scenario: AnyScenario) => addExploreFlags(new Command(), scenario);

describe.each(Object.entries(SCENARIOS))('the numbers of %s', (_name, load) => {
  it('have names that no option of a run or of explore has', async () => {
    const scenario = await load();
    for (const flags of [runFlags, exploreFlags]) {
      expect(flags(scenario).options.length).toBeGreaterThan(Object.keys(scenario.parameters).length);
    }
  });
});

describe('a number of a scenario that has the name of an option', () => {
  it('is told to be called otherwise', async () => {
    const scenario = await SCENARIOS['flash-sale']!();
    const clashing = { ...scenario, parameters: { seed: scenario.parameters['stock']! } };
    expect(() => runFlags(clashing)).toThrow(UsageError);
    expect(() => runFlags(clashing)).toThrow('--seed is an option of its own');
  });
});
