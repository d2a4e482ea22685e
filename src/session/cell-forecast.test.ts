import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../scenarios/index.js';
import { withDefaults } from '../core/scenario.js';
import { CellForecasts, cellOf, type Cell } from './cell-forecast.js';

async function heldMs(name: string, given: Readonly<Record<string, number>> = {}): Promise<number> {
  const scenario = await SCENARIOS[name]!();
  const parameters = withDefaults(scenario.parameters, given);
  return cellOf(scenario, parameters, { id: 'redis/naive', store: 'redis' }).heldMs;
}

const cell = (more: Partial<Cell> = {}): Cell => ({
  ...{ contract: 'sale', scenario: 'flash', store: 'redis', target: 'redis/lua' },
  ...{ isControl: false, clients: 10, attempts: 10, heldMs: 0 },
  ...more,
});

describe('the time that a trial takes by design', () => {
  it.each([
    ['flash-sale', {}, 0],
    // Who stalls, and for how long.
    ['stalled-holder', {}, 1_200],
    ['stalled-holder', { expiryMs: 30_000 }, 45_000],
    ['stalled-transaction', { expiryMs: 1_000 }, 1_300],
    ['stalled-transaction', { expiryMs: 30_000 }, 36_000],
    // The last one comes 700 ms after the expiry, or half an expiry where that is longer.
    ['crashed-holder', {}, 1_300],
    ['crashed-holder', { expiryMs: 30_000 }, 45_000],
    // The second comes after 1.5 expiries, and stalls for half of one.
    ['stale-release', { expiryMs: 1_000 }, 2_000],
  ])('of %s with %o is %s ms', async (name, given, expected) => {
    expect(await heldMs(name, given)).toBeCloseTo(expected);
  });

  it('is told with whether the target is the control there', async () => {
    const scenario = await SCENARIOS['flash-sale']!();
    const parameters = withDefaults(scenario.parameters, {});
    const isControl = (id: string) => cellOf(scenario, parameters, { id, store: 'postgres' }).isControl;
    expect([isControl('postgres/naive'), isControl('postgres/for-update')]).toEqual([true, false]);
  });
});

describe('a forecast', () => {
  it('is a guess before anything was measured', () => {
    expect(new CellForecasts().of(cell({ heldMs: 900 }))).toEqual({ setUpMs: 60, trialMs: 904 });
  });

  it('goes by what the target took elsewhere, for each attempt', () => {
    const forecasts = new CellForecasts();
    forecasts.learn(cell({ heldMs: 100 }), { setUpMs: 60, trialMs: 150 });
    forecasts.learn(cell({ target: 'redis/slow' }), { setUpMs: 180, trialMs: 5_000 });
    const elsewhere = { scenario: 'last', attempts: 2, heldMs: 30 };
    expect(forecasts.of(cell(elsewhere))).toEqual({ setUpMs: 120, trialMs: 60 });
  });

  it('goes by the others of its scenario on its store, else by its store, where the target is new', () => {
    const forecasts = new CellForecasts();
    forecasts.learn(cell(), { setUpMs: 60, trialMs: 100 });
    forecasts.learn(cell({ store: 'mongodb', target: 'mongodb/inc' }), { setUpMs: 600, trialMs: 4_000 });
    expect(forecasts.of(cell({ target: 'redis/new' }))).toEqual({ setUpMs: 60, trialMs: 100 });
    const other = { contract: 'seats', scenario: 'bus', store: 'mongodb', target: 'mongodb/new' };
    expect(forecasts.of(cell({ ...other, clients: 40, attempts: 1 }))).toEqual({
      setUpMs: 1_200,
      trialMs: 2_200,
    });
  });

  it('takes a target of the same name in another contract for another', () => {
    const forecasts = new CellForecasts();
    forecasts.learn(cell({ contract: 'seats', scenario: 'bus', store: 'file' }), {
      setUpMs: 1,
      trialMs: 999,
    });
    expect(forecasts.of(cell())).toEqual({ setUpMs: 60, trialMs: 4 });
  });

  it('of trials is untouched by a set-up that did not come to them', () => {
    const forecasts = new CellForecasts();
    forecasts.learn(cell(), { setUpMs: 9_000 });
    expect(forecasts.of(cell())).toEqual({ setUpMs: 9_000, trialMs: 4 });
  });
});
