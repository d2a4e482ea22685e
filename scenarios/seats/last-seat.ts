import { counted } from '../counted.js';
import type { Scenario } from '../../src/core/scenario.js';
import { seatCheckers } from './checkers.js';
import { seats, type Seats } from './contract.js';
import { LOOK_THEN_TAKE, oneSeatEach, seatNumbers, rightTally, type SeatNumbers } from './parameters.js';
import { tally } from './tally.js';

const TRIP = { id: 1, name: 'Morning Bus' };

/** Two students and one seat: the smallest race there is, and the one that every text about locking begins with. */
const lastSeat: Scenario<Seats, SeatNumbers> = {
  name: 'last-seat',
  contract: seats,
  summary: 'Two students want the last seat.',
  describe: (numbers) => `${counted(numbers.seats, 'seat')}, ${counted(numbers.clients, 'student')}`,
  source:
    'Berenson et al., A Critique of ANSI SQL Isolation Levels, SIGMOD 1995, P4 lost update, on the last seat of a bus',
  parameters: seatNumbers({ clients: 2, seats: 1 }),
  initial: (numbers) => ({ trips: [{ ...TRIP, seats: numbers.seats }], abandonedLocks: [] }),
  attempts: (numbers) => oneSeatEach(numbers, TRIP.id),
  slowestMs: ({ limitMs }) => limitMs,
  checkers: seatCheckers,
  tally,
  expected: rightTally,
  controls: LOOK_THEN_TAKE,
  defaultTarget: 'memory/mutex',
  small: { clients: 2, seats: 1 },
};

export default lastSeat;
