import type { ClaimedSystem } from './claim.js';
import {
  boundOf,
  finding,
  givenUp,
  isCaught,
  mustBeCaught,
  mustHold,
  rangeOf,
  rowOf,
  violationOf,
} from './evidence.js';

/** With the example's own delay of up to a second; scaled down it is 5 ms. */
const EXAMPLE = 'last-seat --target memory/seed-example --delay-ms 1000 --trials 59';
const LAST_SEAT = 'last-seat --target memory/seed-example,memory/naive,memory/busy-flag';
const ONE_PROCESS = 'school-bus --target file/memory-mutex --processes 1 --trials 59';
const TWO_PROCESSES = 'school-bus --target file/memory-mutex --processes 2 --trials 59';
const LOCK_FILE = 'school-bus --target file/lock-file --processes 2 --trials 59';

export const lockingInNode: ClaimedSystem = {
  letter: 'E',
  subject: 'Locking in Node.js',
  about:
    'Seats of a bus are booked in one Node.js process, without a lock and with a `Set` of locked trips; for more than that it recommends lock files, Redis locks, row locks and queues.',
  waiting: [EXAMPLE],
  claims: [
    {
      claim: 'The example books the last seat twice: final seat count -1.',
      commands: [EXAMPLE],
      quick: [LAST_SEAT],
      judge: (report) => {
        const row = rowOf(report, 'memory/seed-example');
        return mustBeCaught(
          row,
          ['negative-stock', 'oversold'],
          `${rangeOf(row, 'left')} left: it waits before it looks, and from the look to the decrement there is no await, so nobody can come between`,
        );
      },
    },
    {
      claim: 'Two who both see one seat left both book it: -1.',
      commands: [LAST_SEAT],
      judge: (report) => {
        const row = rowOf(report, 'memory/naive');
        return mustBeCaught(
          row,
          ['negative-stock'],
          'the wait is between look and decrement: one thread is no lock',
        );
      },
      quick: [LAST_SEAT],
    },
    {
      claim: 'With the `Set` one of two books, the other is told to try later, and 0 seats are left.',
      commands: [LAST_SEAT],
      quick: [LAST_SEAT],
      judge: (report) => {
        const row = rowOf(report, 'memory/busy-flag');
        return mustHold(row, `${rangeOf(row, 'booked')} booked and ${rangeOf(row, 'left')} left in each`);
      },
    },
    {
      claim: 'The `Set` is the fix: the safe version.',
      commands: ['compare school-bus --target memory/busy-flag,memory/mutex --trials 29'],
      quick: ['compare school-bus --target memory/busy-flag,memory/mutex --trials 3'],
      judge: (report) => {
        const [flag, mutex] = [rowOf(report, 'memory/busy-flag'), rowOf(report, 'memory/mutex')];
        if (flag.verdict !== 'holds' || !flag.gaveUp) return mustHold(flag);
        return finding(
          'only if there is one seat',
          `never booked twice (${boundOf(flag)})`,
          `but with 45 seats and 60 students ${givenUp(flag)}, ${rangeOf(flag, 'left')} seats stay empty; who waits his turn books: ${rangeOf(mutex, 'booked')}`,
        );
      },
    },
    {
      claim: 'A lock in memory works in a single process.',
      commands: [ONE_PROCESS],
      quick: ['school-bus --target file/memory-mutex --processes 1 --trials 5'],
      judge: (report) => mustHold(rowOf(report, 'file/memory-mutex'), 'the seats are in a file'),
    },
    {
      claim: 'Only in one: several instances need an external lock.',
      commands: [TWO_PROCESSES],
      quick: ['school-bus --target file/memory-mutex --processes 2 --trials 5'],
      judge: (report) =>
        mustBeCaught(rowOf(report, 'file/memory-mutex'), ['oversold', 'lost-update'], 'in 2 processes'),
    },
    {
      claim: 'A lock in memory is gone when the server restarts.',
      untested: 'no scenario restarts a process; it follows from where the lock is',
    },
    {
      claim: 'A `.lock` file tells other processes that a resource is in use.',
      commands: [LOCK_FILE, 'stale-lock --target file/lock-file --trials 10'],
      judge: (alive, dead) => {
        const [row, stale] = [rowOf(alive, 'file/lock-file'), rowOf(dead, 'file/lock-file')];
        if (row.verdict !== 'holds' || row.gaveUp || !isCaught(stale)) return mustHold(row);
        return finding(
          'only if nobody dies with the lock',
          `in 2 processes: ${boundOf(row)}`,
          `two take over the lock of a dead one: ${violationOf(stale, ['oversold'])}`,
        );
      },
    },
    {
      claim: 'Row locks (`SELECT FOR UPDATE`) serve several instances.',
      commands: ['school-bus --target postgres/for-update --processes 2'],
      judge: (report) => mustHold(rowOf(report, 'postgres/for-update'), 'in 2 processes'),
    },
    {
      claim: 'Redis locks serve several instances.',
      commands: [
        'school-bus --target redis/set-nx --processes 2 --trials 29',
        'stalled-holder --target redis/set-nx --trials 4',
      ],
      judge: (report, stalled) => {
        const [row, late] = [rowOf(report, 'redis/set-nx'), rowOf(stalled, 'redis/set-nx')];
        if (row.verdict !== 'holds' || row.gaveUp || !isCaught(late)) return mustHold(row);
        return finding(
          'only if no holder outlives its lock',
          `in 2 processes: ${boundOf(row)}`,
          `a holder that stalls beyond the expiry: ${violationOf(late, ['double-booking'])}`,
        );
      },
    },
    {
      claim: 'Queues, which process requests one after the other, serve as well.',
      commands: ['flash-sale --target postgres/queue --processes 2'],
      judge: (report) => mustHold(rowOf(report, 'postgres/queue'), 'one worker, buyers in 2 processes'),
    },
  ],
};
