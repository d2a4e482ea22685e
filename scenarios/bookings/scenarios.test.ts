import { describe, expect, it } from 'vitest';
import { toHistory } from '../../src/checkers/history.js';
import { runCheckers } from '../../src/checkers/run-checkers.js';
import type { HistoryEvent } from '../../src/core/history.js';
import { withDefaults } from '../../src/core/scenario.js';
import { SCENARIOS } from '../index.js';
import { inPairs } from './arrivals.js';
import type { BookInput, Booking, Bookings, BookOutcome } from './contract.js';
import { endOf, instantOf, minutesOf, timeOf } from './times.js';

const NAMES = ['table-booking', 'overlapping-slots', 'stalled-holder', 'stale-release', 'crashed-holder'];
const scenarios = await Promise.all(NAMES.map(async (name) => [name, await SCENARIOS[name]!()] as const));

/** The trial of a store that serves one client after the other. */
function oneAfterTheOther(inputs: readonly BookInput[], initial: Bookings['initial']) {
  const stored: Booking[] = [...initial.bookings];
  const events: HistoryEvent[] = [];
  for (const [client, input] of inputs.entries()) {
    const end = endOf(input.start, initial.minutes);
    const taken = stored.some((other) => other.start < end && input.start < other.end);
    if (!taken) stored.push({ ...input, end });
    const value: BookOutcome = { result: taken ? 'taken' : 'booked' };
    const at = { f: 'book', process: client, client };
    events.push({ ...at, type: 'invoke', timeNs: 2 * client, value: input });
    events.push({ ...at, type: 'ok', timeNs: 2 * client + 1, value });
  }
  return toHistory<Bookings>({
    initial,
    events,
    final: { bookings: stored, locks: [] },
    openTransactions: [],
  });
}

describe.each(scenarios)('the scenario %s', (_, scenario) => {
  it.each([{}, { expiryMs: 30_000 }, { minutes: 31 }, { attempts: 1_000 }, { starts: 4 }, scenario.small])(
    'ends as it expects where clients come one after the other, with %o',
    (given) => {
      const known = Object.entries(given).filter(([name]) => name in scenario.parameters);
      const parameters = withDefaults(scenario.parameters, Object.fromEntries(known));
      expect(scenario.problems?.(parameters) ?? []).toEqual([]);
      const inputs = scenario.attempts(parameters, () => 0.5).map(({ input }) => input as BookInput);
      const history = oneAfterTheOther(inputs, scenario.initial(parameters) as Bookings['initial']);
      expect(runCheckers(scenario.checkers, history as never)).toEqual({ findings: [], crashed: [] });
      expect(scenario.tally(history as never)).toMatchObject(scenario.expected(parameters));
    },
  );

  it('lasts less than its operations may take', () => {
    const parameters = withDefaults(scenario.parameters, {});
    expect(scenario.slowestMs?.(parameters)).toBeLessThan(5_000);
    const classic = withDefaults(scenario.parameters, { expiryMs: 30_000 });
    expect(classic).toMatchObject({ limitMs: 10_000, retryMs: 100 });
  });
});

it('expects one of 100, and one of 1,000, to book', async () => {
  const scenario = await SCENARIOS['table-booking']!();
  const expected = (given: object) => scenario.expected(withDefaults(scenario.parameters, { ...given }));
  expect(expected({})).toEqual({ booked: 1, refused: 99 });
  expect(expected({ attempts: 1_000 })).toEqual({ booked: 1, refused: 999 });
});

it('stalls a holder at each point in turn, until after its lock has expired', async () => {
  const scenario = await SCENARIOS['stalled-holder']!();
  const parameters = withDefaults(scenario.parameters, {});
  const points = [0, 1, 2, 3, 4].map((trial) => scenario.faults?.(parameters, trial)[0]?.point);
  expect(points).toEqual(['checked', 'locked', 'written', 'before-release', 'checked']);
  const arrivals = scenario.attempts(parameters, () => 0.5).map(({ afterMs = 0 }) => afterMs);
  const { expiryMs = 0, stallMs = 0 } = parameters;
  expect(arrivals.filter((ms) => ms > expiryMs && ms < stallMs)).toHaveLength(4);
  expect(arrivals.filter((ms) => ms > 0 && ms < expiryMs)).toHaveLength(4);
  const short = withDefaults(scenario.parameters, { stallMs: 600 });
  expect(scenario.problems?.(short)).toEqual([
    'A stall of 600 ms is over before a lock of 600 ms expires: nobody could take it over.',
  ]);
});

it('has the others of a crashed holder come until they are told to, and after its lock has expired', async () => {
  const scenario = await SCENARIOS['crashed-holder']!();
  const arrivalsOf = (given: object) =>
    scenario
      .attempts(withDefaults(scenario.parameters, { ...given }), () => 0.5)
      .map(({ afterMs = 0 }) => afterMs);
  expect(Math.max(...arrivalsOf({ expiryMs: 600 }))).toBeCloseTo(1_300);
  expect(Math.max(...arrivalsOf({ expiryMs: 30_000 }))).toBeCloseTo(45_000);
  expect(Math.max(...arrivalsOf({ expiryMs: 600, lastMs: 2_000 }))).toBeCloseTo(2_000);
  const early = withDefaults(scenario.parameters, { expiryMs: 600, lastMs: 600 });
  expect(scenario.problems?.(early)).toEqual([
    'The last comes after 600 ms, before a lock of 600 ms expires: nobody could book.',
  ]);
});

it('has a stale release happen while the second holds its lease, and before the third comes', async () => {
  const scenario = await SCENARIOS['stale-release']!();
  const parameters = withDefaults(scenario.parameters, { expiryMs: 1_000 });
  const [first, second] = (scenario.faults?.(parameters, 0) ?? []).map((fault) =>
    fault.kind === 'stall' ? fault.forMs : 0,
  );
  const [, secondComes = 0, thirdComes = 0] = scenario
    .attempts(parameters, () => 0.5)
    .map(({ afterMs = 0 }) => afterMs);
  expect(secondComes).toBeGreaterThan(1_000);
  expect(first).toBeGreaterThan(secondComes);
  expect(thirdComes).toBeGreaterThan(first!);
  expect(secondComes + second!).toBeGreaterThan(thirdComes);
  expect(second).toBeLessThan(1_000);
});

it('leaves room for a busy machine where a safe target would seem to give up', async () => {
  const staleRelease = await SCENARIOS['stale-release']!();
  const parameters = withDefaults(staleRelease.parameters, {});
  const { expiryMs = 0, limitMs = 0 } = parameters;
  const [, secondComes = 0] = staleRelease.attempts(parameters, () => 0.5).map(({ afterMs = 0 }) => afterMs);
  const [firstStalls = 0, secondStalls = 0] = (staleRelease.faults?.(parameters, 0) ?? []).map((fault) =>
    fault.kind === 'stall' ? fault.forMs : 0,
  );
  // The first may be late with its lock, the second with its booking, and whoever waits for either.
  expect(secondComes - expiryMs).toBeGreaterThanOrEqual(300);
  expect(expiryMs - secondStalls).toBeGreaterThanOrEqual(300);
  expect(limitMs - (firstStalls - secondComes)).toBeGreaterThan(1_500);

  const crashedHolder = await SCENARIOS['crashed-holder']!();
  const numbers = withDefaults(crashedHolder.parameters, {});
  const arrivals = crashedHolder.attempts(numbers, () => 0.5).map(({ afterMs = 0 }) => afterMs);
  expect(Math.max(...arrivals) - numbers.expiryMs!).toBeGreaterThanOrEqual(700);
});

it('refuses overlapping slots that do not overlap, or end on the next day', async () => {
  const scenario = await SCENARIOS['overlapping-slots']!();
  const problems = (given: object) =>
    scenario.problems?.(withDefaults(scenario.parameters, { ...given })).join('\n');
  expect(problems({ stepMinutes: 90 })).toBe('Bookings of 90 minutes every 90 minutes do not overlap.');
  expect(problems({ starts: 11 })).toContain('would end on the next day');
});

describe('times', () => {
  it('are minutes of a day and back', () => {
    expect([minutesOf('00:00'), minutesOf('18:30'), minutesOf('24:00')]).toEqual([0, 1110, 1440]);
    expect([timeOf(0), timeOf(1110), timeOf(1440)]).toEqual(['00:00', '18:30', '24:00']);
    expect(endOf('22:30', 90)).toBe('24:00');
  });

  it('go on from one day to the next', () => {
    expect(instantOf('2026-02-12', '00:00')).toBe(instantOf('2026-02-11', '24:00'));
    expect(instantOf('2026-03-01', '00:00') - instantOf('2026-02-28', '00:00')).toBe(1440);
  });
});

it('has clients come in pairs, evenly, and one pair alone at the end', () => {
  expect(inPairs(6, 10, 30)).toEqual([10, 10, 20, 20, 30, 30]);
  expect(inPairs(5, 10, 30)).toEqual([10, 10, 20, 20, 30]);
  expect(inPairs(2, 10, 30)).toEqual([30, 30]);
  expect(inPairs(0, 10, 30)).toEqual([]);
});
