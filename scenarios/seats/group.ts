import { grouped } from '../../src/core/grouped.js';
import { counted } from '../counted.js';
import type { Scenario } from '../../src/core/scenario.js';
import { seatCheckers } from './checkers.js';
import { seats, type Seats } from './contract.js';
import { LOOK_THEN_TAKE, seatNumbers, type SeatNumbers } from './parameters.js';
import { tally } from './tally.js';

const TRIP = { id: 1, name: 'Museum Bus' };

type GroupNumbers = SeatNumbers & { readonly largest: number };

/**
 * Groups of one seat up to the largest, in turn, want more seats together than there are. A small group may fit where a
 * large one did not, so a target that holds seats for a moment which it then gives back refuses somebody falsely; and one
 * that looks for any free seat and takes three goes below zero.
 */
const group: Scenario<Seats, GroupNumbers> = {
  name: 'group',
  contract: seats,
  summary: 'Groups of different sizes want seats together.',
  describe: (numbers) =>
    `${counted(numbers.seats, 'seat')}, ${counted(numbers.clients, 'group')} of 1 to ${grouped(numbers.largest)}`,
  source:
    'Warszawski and Bailis, ACIDRain: Concurrency-Related Attacks on Database-Backed Web Applications, SIGMOD 2017, the inventory attack, with quantities',
  parameters: {
    ...seatNumbers({ clients: 12, seats: 10, limitMs: 2_000 }),
    largest: { default: 4, min: 2, max: 1_000, describe: 'seats that the largest group wants' },
  },
  problems: (numbers) =>
    numbers.largest > numbers.seats
      ? [`A group of ${numbers.largest} cannot be seated in a bus of ${numbers.seats}: it would never race.`]
      : [],
  initial: (numbers) => ({ trips: [{ ...TRIP, seats: numbers.seats }], abandonedLocks: [] }),
  attempts: ({ clients, largest }) =>
    Array.from({ length: clients }, (_, student) => ({
      f: 'bookSeat',
      input: { trip: TRIP.id, student, seats: 1 + (student % largest) },
    })),
  slowestMs: ({ limitMs }) => limitMs,
  checkers: seatCheckers,
  tally,
  // Which groups are seated, and whether a seat is left that fits nobody, depends on who comes first.
  expected: () => ({ locked: 0 }),
  controls: LOOK_THEN_TAKE,
  defaultTarget: 'memory/mutex',
  small: { clients: 3, seats: 3, largest: 2 },
};

export default group;
