import { percentInterval, whole } from '../../src/report/numbers.js';
import type { ClaimedSystem, Finding } from './claim.js';
import {
  boundOf,
  finding,
  hasFound,
  inconclusive,
  isCaught,
  isStandIn,
  latencyOf,
  ms,
  mustBeCaught,
  mustHold,
  rangeOf,
  rowOf,
  STAND_IN_TIMES,
  violationOf,
  type Row,
} from './evidence.js';
import type { Report } from '../../src/report/report.js';

const LOCK = 'mongodb/lock-document';
const HUNDRED = `table-booking --target ${LOCK}`;
const TWENTY = `table-booking --target ${LOCK} --clients 20 --trials 5`;
const TWO = `table-booking --target ${LOCK} --clients 2`;
const LEVELS =
  'compare table-booking --target mongodb/naive,mongodb/transaction,mongodb/pessimistic,mongodb/lock-document --clients 20 --trials 10';
const OVERLAPPING = `overlapping-slots --target ${LOCK},mongodb/pessimistic,postgres/advisory-lock`;
const OVERLAPPING_FEW = `${OVERLAPPING} --trials 3`;
/** A lock lives for 30 s, as in the text, and its holder stalls for one and a half times as long. */
const STALLED = `stalled-holder --target ${LOCK} --expiry-ms 30000 --timeout 2m --trials 1`;
const STALLED_SCALED = `stalled-holder --target ${LOCK} --trials 5`;
const CRASHED = `crashed-holder --target ${LOCK} --trials 10`;
/** The store removes the lock when it gets round to it: the others come until 95 s after the crash, a pair every 3 s. */
export const REAL_TTL = `crashed-holder --target ${LOCK} --expiry-ms 30000 --lapse 0 --last-ms 95000 --clients 65 --trials 1`;

/** Somebody looks every 3 s, so a lock that was removed on time is booked over within that. */
const LOOK_EVERY_MS = 3_000;

/** How often a level lets a double booking through, here. A rate on a stand-in is nobody's. */
function prevention(report: Report, id: string, claimed: number): Finding {
  const row = rowOf(report, id);
  if (row.verdict === 'inconclusive') return inconclusive(row);
  const { counted, violated } = row.trials;
  const here =
    violated === 0 ? boundOf(row) : `${id}: ${violated} of ${counted} trials with a double booking`;
  if (isStandIn(report)) {
    return finding(
      'not settled here',
      here,
      "a rate depends on server, load and timing, and one on SecantusDB is not MongoDB's",
    );
  }
  const { lower = 0, upper = 1 } = row.rate ?? {};
  const inside = 1 - claimed >= lower && 1 - claimed <= upper;
  return finding(inside ? 'confirmed' : 'refuted', `${here} (${percentInterval({ lower, upper })})`);
}

/** When somebody first booked in spite of the dead holder's lock. */
function lockAgeMs(row: Row): { min: number; max: number } | undefined {
  return row.tally['lockAgeMs'];
}

/** A lock of 30 s that only its expiry can remove, by the store's own thread. */
export function expiresOnTime(report: Report): Finding {
  const row = rowOf(report, LOCK);
  const { expiryMs = 0, lastMs = 0 } = report.scenario.parameters ?? {};
  if (row.verdict !== 'holds') return mustHold(row);
  const age = lockAgeMs(row);
  if (age === undefined) {
    return finding('refuted', `nobody had booked ${whole(lastMs / 1_000)} s after the crash`);
  }
  const seen = `its holder dead, a lock of ${whole(expiryMs / 1_000)} s was gone after ${(age.max / 1_000).toFixed(1)} s`;
  return age.max <= expiryMs + 2 * LOOK_EVERY_MS
    ? finding('confirmed', seen, boundOf(row))
    : finding(
        'only if up to a minute more does not matter',
        seen,
        'the thread that removes expired documents comes once a minute, in MongoDB too',
      );
}

export const tableBooking: ClaimedSystem = {
  letter: 'B',
  subject: 'Table booking under a lock document',
  about:
    'A table is booked under a lock that is a document in MongoDB (unique index on restaurant, table, date and start, TTL 30 s): insert the lock, look for bookings again, book, delete the lock.',
  waiting: [STALLED, REAL_TTL],
  claims: [
    {
      claim: 'Without locks 0 % of the conflicts are prevented.',
      commands: [LEVELS],
      judge: (report) => prevention(report, 'mongodb/naive', 0),
    },
    {
      claim: 'Transactions alone prevent 60 %.',
      commands: [LEVELS],
      judge: (report) => prevention(report, 'mongodb/transaction', 0.6),
    },
    {
      claim: 'Pessimistic locking prevents 80 %.',
      commands: [LEVELS],
      judge: (report) => prevention(report, 'mongodb/pessimistic', 0.8),
    },
    {
      claim: 'The lock document prevents 100 %.',
      commands: [HUNDRED, OVERLAPPING],
      quick: [TWENTY, OVERLAPPING_FEW],
      judge: (same, overlapping) => {
        const row = rowOf(same, LOCK);
        const apart = rowOf(overlapping, LOCK);
        if (!isCaught(apart, ['double-booking'])) return mustHold(row);
        return finding(
          'refuted',
          `it does for equal starts (${boundOf(row)})`,
          `not for starts that differ: ${violationOf(apart, ['double-booking'])}`,
        );
      },
    },
    {
      claim: 'Transactions alone are not sufficient.',
      commands: ['table-booking --target mongodb/transaction --clients 20 --trials 10'],
      quick: ['table-booking --target mongodb/transaction --clients 20 --trials 5'],
      judge: (report) =>
        mustBeCaught(
          rowOf(report, 'mongodb/transaction'),
          ['double-booking'],
          'two inserts of different documents are no conflict: write skew',
        ),
    },
    {
      claim: 'Pessimistic locking is not sufficient.',
      commands: [OVERLAPPING],
      quick: [OVERLAPPING_FEW],
      judge: (report) => {
        const rows = ['postgres/advisory-lock', 'mongodb/pessimistic'].map((id) => rowOf(report, id));
        const caught = rows.find((row) => isCaught(row));
        if (caught) return mustBeCaught(caught);
        const undecided = rows.find(({ verdict }) => verdict === 'inconclusive');
        if (undecided) return inconclusive(undecided);
        return finding(
          'refuted',
          `${rows.map(boundOf).join(' and ')}: it is, where all who book the table take the same lock until they commit`,
        );
      },
    },
    {
      claim: 'Of 100 who click at once one gets the lock and books; all others are refused.',
      commands: [HUNDRED],
      quick: [TWENTY],
      judge: (report) => {
        const row = rowOf(report, LOCK);
        return mustHold(
          row,
          `${rangeOf(row, 'booked')} booked and ${rangeOf(row, 'refused')} refused in each`,
        );
      },
    },
    {
      claim: 'Of 1,000 requests at once only 1 succeeds.',
      commands: [`table-booking --target ${LOCK} --attempts 1000 --clients 250 --trials 29`],
      judge: (report) => {
        const row = rowOf(report, LOCK);
        return mustHold(
          row,
          `${rangeOf(row, 'booked')} booked and ${rangeOf(row, 'refused')} refused in each, from 250 clients`,
        );
      },
    },
    {
      claim: 'Who is refused is told "being booked by another user, try again in a moment".',
      untested:
        'a report counts who was refused, and not whether the answer was "being booked" or, once the lock is gone, "taken"',
    },
    {
      claim: 'Two users at the same moment: one is booked, the other gets a conflict (409).',
      commands: [TWO],
      judge: (report) => {
        const row = rowOf(report, LOCK);
        return mustHold(
          row,
          `${rangeOf(row, 'booked')} booked and ${rangeOf(row, 'refused')} refused in each; as answers of the function, not of an HTTP server`,
        );
      },
    },
    {
      claim: 'Double bookings are now impossible.',
      commands: [STALLED],
      quick: [STALLED_SCALED],
      judge: (report) => mustHold(rowOf(report, LOCK)),
    },
    {
      claim: '30 seconds are enough for a booking.',
      commands: [STALLED],
      quick: [STALLED_SCALED],
      judge: (report) => {
        const row = rowOf(report, LOCK);
        const { expiryMs = 0, stallMs = 0 } = report.scenario.parameters ?? {};
        if (!isCaught(row, ['double-booking'])) return mustHold(row);
        return finding(
          'refuted',
          `a holder that is held up for ${whole(stallMs)} ms goes on when its lock of ${whole(expiryMs)} ms is another's; no expiry is long enough: ${violationOf(row, ['double-booking'])}`,
        );
      },
    },
    {
      claim: 'Conflict detection is 100 %.',
      commands: [OVERLAPPING],
      quick: [OVERLAPPING_FEW],
      judge: (report) => mustHold(rowOf(report, LOCK)),
    },
    {
      claim: 'Looking again for bookings under the lock catches what the lock does not.',
      commands: [OVERLAPPING],
      quick: [OVERLAPPING_FEW],
      judge: (report) => {
        const row = rowOf(report, LOCK);
        return mustHold(row);
      },
    },
    {
      claim: 'There are 0 % false positives.',
      commands: [CRASHED],
      quick: [`crashed-holder --target ${LOCK} --clients 9 --trials 5`],
      judge: (report) => {
        const row = rowOf(report, LOCK);
        const { expiryMs = 0 } = report.scenario.parameters ?? {};
        const age = lockAgeMs(row);
        if (row.verdict !== 'holds' || age === undefined) return mustHold(row);
        return age.min >= expiryMs
          ? finding(
              'refuted',
              `after its holder died everybody was refused a free table until the lock was ${whole(age.min)} to ${whole(age.max)} ms old (expiry ${whole(expiryMs)} ms), in ${row.trials.counted} of ${row.trials.run} trials`,
            )
          : mustHold(row);
      },
    },
    {
      claim: 'A lock is deleted by itself after 30 seconds.',
      commands: [REAL_TTL],
      judge: expiresOnTime,
    },
    {
      claim: 'Locks that expire prevent permanent deadlocks: the system heals itself.',
      commands: [REAL_TTL],
      judge: (report) => {
        const row = rowOf(report, LOCK);
        const age = lockAgeMs(row);
        if (row.verdict !== 'holds') return mustHold(row);
        return age === undefined
          ? finding('refuted', 'nobody could book any more')
          : finding(
              'confirmed',
              `the table could be booked again ${(age.max / 1_000).toFixed(1)} s after the crash, removed by the server's own thread`,
              boundOf(row),
            );
      },
    },
    {
      claim: 'Locks are cleaned up on success and on failure: no orphaned locks are left behind.',
      commands: [HUNDRED, CRASHED],
      quick: [TWENTY, `crashed-holder --target ${LOCK} --clients 9 --trials 5`],
      judge: (alive, dead) => {
        const row = rowOf(alive, LOCK);
        const crashed = rowOf(dead, LOCK);
        if (row.verdict !== 'holds' || hasFound(row, 'lock-left-behind')) return mustHold(row);
        const age = lockAgeMs(crashed);
        if (age === undefined) return inconclusive(crashed);
        return finding(
          'only if the process lives to delete it',
          `no lock left: ${boundOf(row)}`,
          `one that died left its lock for its whole expiry, ${whole(age.min)} ms and more`,
        );
      },
    },
    {
      claim: 'MongoDB transactions are no longer needed.',
      commands: [`stalled-holder --target ${LOCK},mongodb/fenced-lock,mongodb/pessimistic --trials 8`],
      judge: (report) => {
        const lock = rowOf(report, LOCK);
        const others = ['mongodb/fenced-lock', 'mongodb/pessimistic'].map((id) => rowOf(report, id));
        const undecided = others.find(({ verdict }) => verdict !== 'holds');
        if (!isCaught(lock, ['double-booking'])) return mustHold(lock);
        if (undecided) return inconclusive(undecided);
        return finding(
          'only if the lock has a token that the booking checks',
          `else a stalled holder books: ${violationOf(lock, ['double-booking'])}`,
          `with a token, or in a transaction, it is turned away: ${others.map(boundOf).join(' and ')}`,
        );
      },
    },
    {
      claim: 'It works with several instances of the server.',
      commands: [`table-booking --target ${LOCK} --clients 20 --processes 2 --trials 59`],
      judge: (report) => mustHold(rowOf(report, LOCK), 'clients in 2 processes'),
    },
    {
      claim: 'It is fast: about 60 ms (5 to lock, 50 to book, 5 to release).',
      commands: [TWO],
      judge: (report) => {
        const row = rowOf(report, LOCK);
        if (row.verdict !== 'holds') return mustHold(row);
        const { p50, p99 } = latencyOf(row);
        const times = `median ${ms(p50)}, p99 ${ms(p99)}, for 2 clients`;
        if (isStandIn(report)) {
          return finding('not settled here', times, STAND_IN_TIMES);
        }
        return finding(p50 <= 60 ? 'confirmed' : 'refuted', times);
      },
    },
    {
      claim: 'No locking and transactions are fast, pessimistic locking is slow, the lock document is fast.',
      commands: [LEVELS],
      judge: (report) => {
        const ids = ['mongodb/naive', 'mongodb/transaction', 'mongodb/pessimistic', LOCK];
        const times = ids.map((id) => `${ms(latencyOf(rowOf(report, id)).p50)} with ${id}`).join(', ');
        return isStandIn(report)
          ? finding('not settled here', `median ${times}, for 20 clients`, STAND_IN_TIMES)
          : finding('not settled here', `median ${times}, for 20 clients`, 'what is fast is not said');
      },
    },
    {
      claim: 'It is an industry standard, battle-tested by major platforms, of medium complexity.',
      untested: 'no run can tell what others use, or what is complex',
    },
    {
      claim: 'Only one lock can exist for a table, date and start: a lock is acquired whole or not at all.',
      commands: [HUNDRED],
      quick: [TWENTY],
      judge: (report) => {
        const row = rowOf(report, LOCK);
        return hasFound(row, 'two-holders')
          ? finding('refuted', violationOf(row, ['two-holders']))
          : mustHold(row, 'nobody of all who asked held it beside another');
      },
    },
  ],
};
