import { counted } from '../counted.js';
import type { Scenario } from '../../src/core/scenario.js';
import { seatCheckers } from './checkers.js';
import { seats, type Seats } from './contract.js';
import { LOOK_THEN_TAKE, oneSeatEach, seatNumbers, rightTally, type SeatNumbers } from './parameters.js';
import { tally } from './tally.js';

const TRIP = { id: 1, name: 'School Bus' };

/** More students than seats of one bus, all at once: under a lock they stand in one line, and whoever waits too long gives up. */
const schoolBus: Scenario<Seats, SeatNumbers> = {
  name: 'school-bus',
  contract: seats,
  summary: 'More students than seats of one bus, all at once.',
  describe: (numbers) => `${counted(numbers.seats, 'seat')}, ${counted(numbers.clients, 'student')}`,
  source:
    'Warszawski and Bailis, ACIDRain: Concurrency-Related Attacks on Database-Backed Web Applications, SIGMOD 2017, the inventory attack, on seats',
  // Sixty who ask every 2 ms would only keep the processor busy, which does not scale down with the times.
  parameters: seatNumbers({ clients: 60, seats: 45, retryMs: 10, limitMs: 10_000 }),
  initial: (numbers) => ({ trips: [{ ...TRIP, seats: numbers.seats }], abandonedLocks: [] }),
  attempts: (numbers) => oneSeatEach(numbers, TRIP.id),
  slowestMs: ({ limitMs }) => limitMs,
  checkers: seatCheckers,
  tally,
  expected: rightTally,
  controls: LOOK_THEN_TAKE,
  defaultTarget: 'memory/mutex',
  small: { clients: 3, seats: 2 },
};

export default schoolBus;
