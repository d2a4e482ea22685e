import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { toHistory } from '../src/checkers/history.js';
import { runCheckers } from '../src/checkers/run-checkers.js';
import type { HistoryEvent } from '../src/core/history.js';
import { withDefaults, type Parameters } from '../src/core/scenario.js';
import type { Checkout, CheckoutFinal, CheckoutOutcome } from './checkout/contract.js';
import { insufficientStock } from './checkout/refusal.js';
import { SCENARIOS, type AnyScenario } from './index.js';

const scenarios = await Promise.all(
  Object.entries(SCENARIOS).map(async ([name, load]) => [name, await load()] as const),
);
const ofCheckout = scenarios.filter(([, { contract }]) => contract.name === 'checkout');
const defaults = (scenario: AnyScenario) => withDefaults(scenario.parameters, {});

it('lists every scenario file, by the name that the file and the scenario have', async () => {
  const found: string[] = [];
  for (const folder of await readdir(import.meta.dirname, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    for (const file of await readdir(`${import.meta.dirname}/${folder.name}`)) {
      if (!/^[a-z-]+\.ts$/.test(file)) continue;
      const url = new URL(`${folder.name}/${file}`, import.meta.url).href;
      const module = (await import(url)) as { default?: Partial<AnyScenario> };
      if (module.default?.attempts) found.push(`${file} ${module.default.name}`);
    }
  }
  expect(found.sort()).toEqual(
    Object.keys(SCENARIOS)
      .map((name) => `${name}.ts ${name}`)
      .sort(),
  );
});

describe.each(scenarios)('the scenario %s', (_, scenario) => {
  const parameters = defaults(scenario);

  it('is called what it is listed as, and makes its default trial without a problem', () => {
    expect(scenario.name).toBe(_);
    expect(scenario.problems?.(parameters) ?? []).toEqual([]);
    expect(scenario.attempts(parameters, () => 0.5)).toHaveLength(
      parameters.attempts ?? parameters.clients ?? 0,
    );
    expect(scenario.describe(parameters)).toContain(`${parameters.clients} `);
  });

  it('has defaults, and numbers for every interleaving, within its bounds', () => {
    for (const numbers of [parameters, withDefaults(scenario.parameters, scenario.small)]) {
      for (const [name, { min, max }] of Object.entries(scenario.parameters)) {
        expect(numbers[name], name).toBeGreaterThanOrEqual(min);
        expect(numbers[name], name).toBeLessThanOrEqual(max);
      }
      expect(scenario.problems?.(numbers) ?? []).toEqual([]);
    }
    expect(scenario.small.clients).toBeLessThanOrEqual(3);
  });

  it('fits its contract', () => {
    const { contract } = scenario;
    expect(contract.initial?.safeParse(scenario.initial(parameters)).success).toBe(true);
    for (const { f, input } of scenario.attempts(parameters, () => 0.5)) {
      const operation = contract.operations[f]!;
      expect(operation.input?.safeParse(input).success).toBe(true);
      expect(operation.keys(input).length).toBeGreaterThan(0);
    }
  });

  it('has a control on the store of its default target', () => {
    const store = scenario.defaultTarget.split('/')[0]!;
    expect(scenario.controls[store]?.target).toMatch(new RegExp(`^${store}/`));
  });
});

describe.each(ofCheckout)('the checkout scenario %s', (_, scenario) => {
  it.each([{}, { clients: 7 }, { stock: 50 }, { retries: 0 }, scenario.small])(
    'ends as it expects where buyers go one after the other, with %o',
    (given) => {
      const parameters = withDefaults(scenario.parameters, given);
      const history = oneAfterTheOther(scenario, parameters);
      expect(runCheckers(scenario.checkers, history)).toEqual({ findings: [], crashed: [] });
      expect(scenario.tally(history)).toMatchObject(scenario.expected(parameters));
    },
  );

  // Where a client dies on purpose, that is what its controls must show.
  it.skipIf('faults' in scenario)('catches its controls where every buyer reads before any writes', () => {
    const { findings } = runCheckers(scenario.checkers, allReadFirst(scenario, defaults(scenario)));
    const found = findings.filter(({ grade }) => grade === 'violation').map(({ anomaly }) => anomaly);
    for (const [store, { shows }] of Object.entries(scenario.controls)) {
      expect(
        shows.filter((anomaly) => found.includes(anomaly)),
        store,
      ).not.toEqual([]);
    }
  });

  it('refuses carts that nobody could fill', () => {
    const parameters = withDefaults(scenario.parameters, { stock: 2, quantity: 3 });
    expect(scenario.problems?.(parameters)).toEqual([
      'A cart of 3 cannot be filled from a stock of 2: nobody could order, so nothing could race.',
    ]);
  });

  it('retries once for each client and product, ten times at least, unless told otherwise', () => {
    const products = (scenario.initial(defaults(scenario)) as Checkout['initial']).products.length;
    expect(withDefaults(scenario.parameters, { clients: 50 }).retries).toBe(50 * products);
    expect(withDefaults(scenario.parameters, { clients: 2 }).retries).toBe(10);
    expect(withDefaults(scenario.parameters, { clients: 50, retries: 1 }).retries).toBe(1);
  });
});

it('expects of the flash sale 20 ordered, 13 refused and none left, and of oversized carts 6, 3 and 2 left', async () => {
  const expected = async (name: string) => {
    const scenario = await SCENARIOS[name]!();
    return scenario.expected(defaults(scenario));
  };
  expect(await expected('flash-sale')).toEqual({ ordered: 20, refused: 13, left: 0 });
  expect(await expected('last-unit')).toEqual({ ordered: 1, refused: 1, left: 0 });
  expect(await expected('basket')).toEqual({ ordered: 2, refused: 2, left: 0 });
  expect(await expected('oversized-cart')).toEqual({ ordered: 6, refused: 3, left: 2 });
  expect(await expected('crashed-buyer')).toEqual({ lost: 0 });
});

type Stock = Map<number, number>;

/** Reads what a buyer wants, and says what the buyer is answered. */
function decide(
  initial: Checkout['initial'],
  stock: Stock,
  input: Checkout['operations']['checkout']['input'],
) {
  const short = input.cart.find(({ productId, quantity }) => stock.get(productId)! < quantity);
  if (!short) return { result: 'ordered' } satisfies CheckoutOutcome;
  const { name } = initial.products.find(({ id }) => id === short.productId)!;
  return insufficientStock(name, stock.get(short.productId)!, short.quantity);
}

/** The trial of a store that serves one buyer after the other. */
function oneAfterTheOther(scenario: AnyScenario, parameters: Parameters) {
  return play(scenario, parameters, (stock) => stock);
}

/** The trial of a store without any care: everybody sees the initial stock, and writes what follows from it. */
function allReadFirst(scenario: AnyScenario, parameters: Parameters) {
  return play(scenario, parameters, (_, initial) => new Map(initial));
}

function play(scenario: AnyScenario, parameters: Parameters, seen: (stock: Stock, initial: Stock) => Stock) {
  const initial = scenario.initial(parameters) as Checkout['initial'];
  const first: Stock = new Map(initial.products.map(({ id, stock }) => [id, stock]));
  const stock: Stock = new Map(first);
  const orders: CheckoutFinal['orders'] = [];
  const events: HistoryEvent[] = [];
  for (const [client, { f, input }] of scenario.attempts(parameters, () => 0.5).entries()) {
    const { buyer, cart } = input as Checkout['operations']['checkout']['input'];
    const at = { process: client, client };
    const view = seen(stock, first);
    const sequential = view === stock;
    const outcome = decide(initial, view, { buyer, cart });
    events.push({ ...at, type: 'invoke', timeNs: sequential ? 2 * client : 0, f, value: input });
    if (outcome.result === 'ordered') {
      for (const { productId, quantity } of cart) {
        const read = view.get(productId)!;
        const note = { ...at, type: 'note', timeNs: 2 * client } as const;
        events.push({ ...note, kind: 'read', fields: { product: productId, stock: read } });
        stock.set(productId, read - quantity);
        events.push({ ...note, kind: 'write', fields: { product: productId, stock: read - quantity } });
      }
      orders.push({ id: client, buyer, items: cart });
    }
    events.push({ ...at, type: 'ok', timeNs: 2 * client + 1, f, value: outcome });
  }
  const final = {
    products: initial.products.map(({ id, name }) => ({ id, name, stock: stock.get(id)! })),
    orders,
  };
  return toHistory({ initial, events, final, openTransactions: [] });
}
