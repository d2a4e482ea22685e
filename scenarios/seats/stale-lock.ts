import { counted } from '../counted.js';
import type { Scenario } from '../../src/core/scenario.js';
import { seatCheckers } from './checkers.js';
import { seats, type Seats } from './contract.js';
import { LOOK_THEN_TAKE, oneSeatEach, seatNumbers, rightTally, type SeatNumbers } from './parameters.js';
import { tally } from './tally.js';

const TRIP = { id: 1, name: 'Last Bus' };

type StaleLockNumbers = SeatNumbers & { readonly leftMs: number; readonly stallMs: number };

/**
 * A client died while it held the lock. One student sees that the lock is stale, and is stalled before taking it over;
 * meanwhile another takes it over, finds a free seat, and is busy with it when the first goes on. Who removes "the stale
 * lock" only then removes the lock of the living. A lease that the server itself ends has no such moment.
 */
const staleLock: Scenario<Seats, StaleLockNumbers> = {
  name: 'stale-lock',
  contract: seats,
  summary: 'A dead client left its lock, and two students take it over.',
  describe: (numbers) =>
    `${counted(numbers.seats, 'seat')}, ${counted(numbers.clients, 'student')}, a lock that a dead client left`,
  source:
    'open(2), O_EXCL, on lock files; Kleppmann, How to do distributed locking, 2016, on a client that pauses between its check and its act',
  parameters: {
    ...seatNumbers({ clients: 2, seats: 1 }),
    leftMs: {
      default: 5,
      min: 0,
      max: 600_000,
      describe: 'milliseconds that the dead client’s lock has left',
    },
    stallMs: {
      default: 40,
      min: 1,
      max: 600_000,
      describe:
        'milliseconds for which a student stalls who saw the stale lock; twice that for one with a seat',
    },
  },
  problems: ({ leftMs, stallMs, limitMs, expiryMs }) => [
    ...(leftMs + 2 * stallMs >= expiryMs
      ? [
          `expected an expiry longer than ${leftMs + 2 * stallMs} ms, got ${expiryMs}: the lock of the living would lapse too, which is another scenario`,
        ]
      : []),
    ...(leftMs + 2 * stallMs >= limitMs
      ? [
          `expected a limit longer than ${leftMs + 2 * stallMs} ms, got ${limitMs}: nobody would wait until the stalled student goes on`,
        ]
      : []),
  ],
  initial: (numbers) => ({
    trips: [{ ...TRIP, seats: numbers.seats }],
    abandonedLocks: [{ trip: TRIP.id, leftMs: numbers.leftMs }],
  }),
  attempts: (numbers) => oneSeatEach(numbers, TRIP.id),
  faults: ({ stallMs }) => [
    { client: 0, point: 'looked', kind: 'stall', forMs: stallMs },
    { client: 1, point: 'checked', kind: 'stall', forMs: 2 * stallMs },
  ],
  slowestMs: ({ leftMs, limitMs, stallMs }) => leftMs + limitMs + 2 * stallMs,
  checkers: seatCheckers,
  tally,
  expected: rightTally,
  controls: {
    ...LOOK_THEN_TAKE,
    file: { target: 'file/lock-file', shows: ['oversold', 'lost-update'] },
  },
  defaultTarget: 'file/lock-file',
  small: { clients: 2, seats: 1 },
};

export default staleLock;
