import { describe, expect, it } from 'vitest';
import { toHistory } from '../../src/checkers/history.js';
import { runCheckers } from '../../src/checkers/run-checkers.js';
import { ANOMALIES } from '../../src/core/anomaly.js';
import type { History, HistoryEvent } from '../../src/core/history.js';
import { withDefaults, type Parameters, type Scenario } from '../../src/core/scenario.js';
import { seededRandom } from '../../src/core/random.js';
import { customersCheckers } from './checkers.js';
import type { Customer, CustomerInput, CustomerOutcome, Customers } from './contract.js';
import customerCreation from './customer-creation.js';
import failedCreation from './failed-creation.js';
import fiveDigits from './five-digits.js';
import { CUSTOMER_NUMBER, customerNumber, sequenceOf } from './number.js';
import returningCustomer from './returning-customer.js';
import { tallyOf } from './tally.js';
import thousandCustomers from './thousand-customers.js';

type AnyNumbers = Scenario<Customers>;
const ALL: readonly AnyNumbers[] = [
  customerCreation,
  returningCustomer,
  thousandCustomers,
  failedCreation,
  fiveDigits,
];
const SCENARIOS = ALL.map((scenario) => [scenario.name, scenario] as const);

describe('a customer number', () => {
  it.each([
    [1, 'CUST0001'],
    [9_999, 'CUST9999'],
    [10_000, 'CUST10000'],
  ])('of %i is %s, and back', (sequence, number) => {
    expect(customerNumber(sequence)).toBe(number);
    expect(number).toMatch(CUSTOMER_NUMBER);
    expect(sequenceOf(number)).toBe(sequence);
  });

  it.each(['CUST1', 'CUST00001', 'CUST', 'CUSTNaN', 'cust0001', 'CUST0001 ', '0001'])('is not %j', (text) => {
    expect(text).not.toMatch(CUSTOMER_NUMBER);
    expect(sequenceOf(text)).toBeNaN();
  });
});

describe.each(SCENARIOS)('the scenario %s', (_, scenario) => {
  const given: Partial<Parameters>[] = [{}, { clients: 7 }, { startAt: 9_995 }, scenario.small];

  it.each(given)('ends as it expects where callers go one after the other, with %o', (numbers) => {
    const parameters = withDefaults(scenario.parameters, numbers);
    const history = oneAfterTheOther(scenario, parameters);
    expect(runCheckers(scenario.checkers, history)).toEqual({ findings: [], crashed: [] });
    expect(scenario.tally(history)).toMatchObject(scenario.expected(parameters));
  });

  it('catches its controls where everybody looks before anybody writes', () => {
    const history = allLookFirst(scenario, withDefaults(scenario.parameters, {}));
    const found = runCheckers(scenario.checkers, history).findings.map(({ anomaly }) => anomaly);
    expect(Object.keys(scenario.controls).sort()).toEqual(['memory', 'mongodb', 'postgres', 'redis']);
    for (const { shows } of Object.values(scenario.controls)) {
      expect(shows.filter((anomaly) => !found.includes(anomaly))).toEqual([]);
    }
  });
});

describe('what is expected', () => {
  const expected = (scenario: AnyNumbers, numbers = {}) =>
    scenario.expected(withDefaults(scenario.parameters, numbers));

  it('is a hundred customers, a thousand, or two thirds of a hundred', () => {
    expect(expected(customerCreation)).toEqual({ created: 100, repeats: 0, gaps: 0 });
    expect(expected(thousandCustomers)).toEqual({
      created: 1_000,
      repeats: 0,
      gaps: 0,
    });
    expect(expected(failedCreation)).toEqual({ created: 67, rejected: 33 });
  });

  it('is one customer where all call with one phone, and nothing certain where phones are drawn', () => {
    const returning = returningCustomer;
    expect(expected(returning, { phones: 1 })).toEqual({ created: 1, found: 99, repeats: 99 });
    expect(expected(returning)).toEqual({});
  });
});

it('draws phones that repeat: another trial draws others, the same seed the same', () => {
  const parameters = { clients: 100, phones: 100, startAt: 0, retries: 0 };
  const phones = (seed: string) =>
    returningCustomer.attempts(parameters, seededRandom(seed)).map(({ input }) => input.phone);
  expect(phones('one')).toEqual(phones('one'));
  expect(phones('one')).not.toEqual(phones('other'));
  expect(new Set(phones('one')).size).toBeLessThan(90);
});

it('needs somebody to be rejected', () => {
  expect(failedCreation.problems?.({ clients: 2, startAt: 0, retries: 0 })).toEqual([
    'Of 2 customers none is rejected: there must be 3 or more.',
  ]);
});

it('counts answers as a program does that takes every returning customer for a duplicate', () => {
  const history = oneAfterTheOther(
    returningCustomer,
    withDefaults(returningCustomer.parameters, { phones: 1 }),
  );
  expect(tallyOf('found', 'repeats')(history)).toEqual({ found: 99, repeats: 99 });
  expect(runCheckers(customersCheckers, history).findings).toEqual([]);
});

it('names only anomalies that have a definition and a source', () => {
  const named = customersCheckers.flatMap((checker) => checker.anomalies);
  expect(named.filter((anomaly) => !(anomaly in ANOMALIES))).toEqual([]);
  expect(new Set(named).size).toBe(named.length);
});

interface Book {
  counter: number;
  readonly customers: Customer[];
}

/** The trial of a store that serves one caller after the other. */
function oneAfterTheOther(scenario: AnyNumbers, parameters: Parameters): History<Customers> {
  return play(scenario, parameters, (now) => now);
}

/** The trial of a store without any care: everybody sees the initial state, and writes what follows from it. */
function allLookFirst(scenario: AnyNumbers, parameters: Parameters): History<Customers> {
  return play(scenario, parameters, (_, before) => before);
}

function play(
  scenario: AnyNumbers,
  parameters: Parameters,
  seen: (now: Book, before: Book) => Book,
): History<Customers> {
  const initial = scenario.initial(parameters);
  const before: Book = { counter: initial.counter, customers: [...initial.customers] };
  const now: Book = { counter: initial.counter, customers: [...initial.customers] };
  const events: HistoryEvent[] = [];
  for (const [client, { f, input }] of scenario.attempts(parameters, seededRandom('play')).entries()) {
    const view = seen(now, before);
    const at = { process: client, client };
    events.push({ ...at, type: 'invoke', timeNs: view === now ? 2 * client : 0, f, value: input });
    const value = create(view, now, input);
    events.push({ ...at, type: 'ok', timeNs: 2 * client + 1, f, value });
  }
  return toHistory({ initial, events, final: now, openTransactions: [] });
}

function create(view: Book, now: Book, { name, phone }: CustomerInput): CustomerOutcome {
  const known = view.customers.find((customer) => customer.phone === phone);
  if (known) return { result: 'found', number: known.number };
  if (name === '') return { result: 'rejected', reason: 'no name' };
  const number = customerNumber(view.counter + 1);
  now.counter = view.counter + 1;
  now.customers.push({ number, name, phone });
  return { result: 'created', number };
}
