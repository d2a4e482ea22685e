import { describe, expect, it } from 'vitest';
import { toHistory } from '../../src/checkers/history.js';
import { runCheckers } from '../../src/checkers/run-checkers.js';
import type { History, HistoryEvent } from '../../src/core/history.js';
import { withDefaults, type Parameters, type Scenario } from '../../src/core/scenario.js';
import type { SeatBooking, Seats } from './contract.js';
import group from './group.js';
import lastSeat from './last-seat.js';
import schoolBus from './school-bus.js';
import staleLock from './stale-lock.js';

const scenarios = [lastSeat, schoolBus, group, staleLock].map(
  (scenario) => [scenario.name, scenario as unknown as Scenario<Seats>] as const,
);

/** The trial of a store that serves one after the other, or of one where everybody reads before anybody writes. */
function play(
  scenario: Scenario<Seats>,
  parameters: Parameters,
  kind: 'one by one' | 'all read first',
): History<Seats> {
  const initial = scenario.initial(parameters);
  const first = initial.trips[0]!.seats;
  let left = first;
  const bookings: SeatBooking[] = [];
  const log: HistoryEvent[] = [];
  for (const [client, { f, input }] of scenario.attempts(parameters, () => 0.5).entries()) {
    const { trip, student, seats } = input;
    const of = { process: client, client };
    const oneByOne = kind === 'one by one';
    log.push({ ...of, type: 'invoke', timeNs: oneByOne ? 2 * client : 0, f, value: input });
    const seen = oneByOne ? left : first;
    const booked = seen >= seats;
    if (booked) {
      left -= seats;
      bookings.push({ trip, student, seats });
    }
    const value = { result: booked ? 'booked' : 'no-seat' };
    log.push({ ...of, type: 'ok', timeNs: 2 * client + 1, f, value });
  }
  const final = { trips: [{ id: initial.trips[0]!.id, seats: left }], bookings };
  return toHistory<Seats>({ initial, events: log, final, openTransactions: [] });
}

describe.each(scenarios)('the scenario %s', (_, scenario) => {
  it.each([{}, { clients: 7 }, { seats: 70 }, scenario.small])(
    'ends as it expects where students come one after the other, with %o',
    (given) => {
      const parameters = withDefaults(scenario.parameters, given);
      const history = play(scenario, parameters, 'one by one');
      expect(runCheckers(scenario.checkers, history)).toEqual({ findings: [], crashed: [] });
      expect(scenario.tally(history)).toMatchObject(scenario.expected(parameters));
    },
  );

  it('catches its controls where every student looks before any takes a seat', () => {
    const history = play(scenario, withDefaults(scenario.parameters, {}), 'all read first');
    const found = runCheckers(scenario.checkers, history).findings.map(({ anomaly }) => anomaly);
    for (const [store, { shows }] of Object.entries(scenario.controls)) {
      expect(
        shows.filter((anomaly) => found.includes(anomaly)),
        store,
      ).not.toEqual([]);
    }
  });

  it('takes the classic times as they are', () => {
    const classic = { delayMs: 1_000, retryMs: 100, limitMs: 10_000, expiryMs: 30_000 };
    expect(scenario.problems?.(withDefaults(scenario.parameters, classic)) ?? []).toEqual([]);
  });
});

it('expects of two students and one seat 1 booked, of sixty and 45 seats 45 booked and 15 refused', () => {
  const expected = (scenario: typeof lastSeat) =>
    scenario.expected(withDefaults(scenario.parameters, {}) as never);
  expect(expected(lastSeat)).toEqual({ booked: 1, 'no-seat': 1, locked: 0, left: 0 });
  expect(expected(schoolBus)).toEqual({ booked: 45, 'no-seat': 15, locked: 0, left: 0 });
});

it('refuses groups that fit in no bus, and stalls that outlast the lock of the living or the patience of the other', () => {
  const problemsOf = (scenario: unknown, given: Record<string, number>) => {
    const one = scenario as Scenario<Seats>;
    return one.problems?.(withDefaults(one.parameters, given));
  };
  expect(problemsOf(group, { seats: 3 })).toEqual([
    'A group of 4 cannot be seated in a bus of 3: it would never race.',
  ]);
  expect(problemsOf(staleLock, { stallMs: 300, limitMs: 10_000 })).toEqual([
    'expected an expiry longer than 605 ms, got 600: the lock of the living would lapse too, which is another scenario',
  ]);
  expect(problemsOf(staleLock, { limitMs: 50 })).toEqual([
    'expected a limit longer than 85 ms, got 50: nobody would wait until the stalled student goes on',
  ]);
});
