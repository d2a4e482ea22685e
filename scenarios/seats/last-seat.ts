import type { Scenario } from '../../src/core/scenario.js';
import { seatCheckers } from './checkers.js';
import { seats, type Seats } from './contract.js';
import { seatNumbers, rightTally, type SeatNumbers } from './parameters.js';
import { tally } from './tally.js';

const TRIP = { id: 1, name: 'Morning Bus' };

/** Two students and one seat: the smallest race there is, and the one that every text about locking begins with. */
const lastSeat: Scenario<Seats, SeatNumbers> = {
  name: 'last-seat',
  contract: seats,
  summary: 'Two students want the last seat.',
  describe: (numbers) =>
    `${numbers.seats === 1 ? '1 seat' : `${numbers.seats} seats`}, ${numbers.clients} students`,
  source:
    'Berenson et al., A Critique of ANSI SQL Isolation Levels, SIGMOD 1995, P4 lost update, on the last seat of a bus',
  parameters: seatNumbers({ clients: 2, seats: 1 }),
  initial: (numbers) => ({ trips: [{ ...TRIP, seats: numbers.seats }], abandonedLocks: [] }),
  attempts: ({ clients }) =>
    Array.from({ length: clients }, (_, student) => ({
      f: 'bookSeat',
      input: { trip: TRIP.id, student, seats: 1 },
    })),
  slowestMs: ({ limitMs }) => limitMs,
  checkers: seatCheckers,
  tally,
  expected: rightTally,
  controls: {
    memory: { target: 'memory/naive', shows: ['oversold', 'negative-stock'] },
    file: { target: 'file/naive', shows: ['oversold', 'lost-update'] },
    redis: { target: 'redis/get-then-decr', shows: ['oversold', 'negative-stock'] },
    postgres: { target: 'postgres/naive', shows: ['oversold', 'lost-update'] },
  },
  defaultTarget: 'memory/mutex',
  small: { clients: 2, seats: 1 },
};

export default lastSeat;
