import { whole } from '../../src/report/numbers.js';
import type { ClaimedSystem, Finding } from './claim.js';
import {
  boundOf,
  errorsOf,
  finding,
  givenUp,
  hasFound,
  inconclusive,
  isCaught,
  mustHold,
  rangeOf,
  rowOf,
  tallied,
  violationOf,
  type Row,
} from './evidence.js';
import { expiresOnTime, REAL_TTL } from './table-booking.js';

const LOCKING = 'mongodb/two-phase-locking';
const AS_TOLD = 'mongodb/two-phase-locking-check-then-create';
const ORDERED = 'mongodb/two-phase-locking-ordered';

const UPDATE = `order-update --target ${LOCKING},${AS_TOLD} --trials 59`;
const UPDATE_FEW = `order-update --target ${LOCKING},${AS_TOLD} --trials 10`;
/** Looks every 100 ms for 10 s, and a lock lives for 30 s. */
const CLASSIC = '--expiry-ms 30000 --limit-ms 10000 --retry-ms 100';
const STALLED = `stalled-transaction --target ${LOCKING} ${CLASSIC} --timeout 2m --trials 1`;
const STALLED_SCALED = `stalled-transaction --target ${LOCKING} --trials 5`;
const OPPOSITE = `opposite-locks --target ${LOCKING} ${CLASSIC} --trials 10`;
const OPPOSITE_SCALED = `opposite-locks --target ${LOCKING} --expiry-ms 600 --trials 3`;
const READERS = `compare opposite-locks --target mongodb/naive,${ORDERED} --trials 59`;
const CONVERSION = `compare shared-then-exclusive --target ${LOCKING} --trials 20`;
const CONVERSION_FEW = `compare shared-then-exclusive --target ${LOCKING} --trials 3`;
const DISCOUNTS = `discounted-orders --target ${LOCKING} --clients 10 --limit 6 --trials 20`;

/** Something else went wrong than what the claim is about, or nobody can tell. */
function inTheWay(row: Row): Finding {
  return row.verdict === 'violated'
    ? finding('not settled here', `something else went wrong: ${violationOf(row)}`)
    : inconclusive(row);
}

export const twoPhaseLocking: ClaimedSystem = {
  letter: 'D',
  subject: 'Two-phase locking with lock documents',
  about:
    'Orders, customers and discounts are changed under locks that are documents in MongoDB, shared or exclusive: all acquired first (asked for every 100 ms, for 10 s, expiring after 30 s), all released last.',
  waiting: [STALLED, OPPOSITE],
  claims: [
    {
      claim:
        'Two clients set an order of 500 to 600 and 550: without locks it ends at 550 and 600 is lost; with them 550 is the correct final value.',
      commands: [`compare order-set --target mongodb/naive,${LOCKING} --trials 29`],
      judge: (report) => {
        const [without, within] = [rowOf(report, 'mongodb/naive'), rowOf(report, LOCKING)];
        const [totals, totalsThen] = [tallied(without, 'total'), tallied(within, 'total')];
        if (within.verdict !== 'holds') return mustHold(within);
        if (!isCaught(without, ['lost-update'])) return inconclusive(without);
        const ends = `it ends at ${rangeOf(without, 'total').replace(' to ', ' or ')} without locks, at ${rangeOf(within, 'total').replace(' to ', ' or ')} with them`;
        return totals.min === totalsThen.min
          ? finding(
              'refuted',
              `${ends}: the total proves nothing`,
              `what is lost shows in what was replaced: ${without.trials.violated} of ${without.trials.counted} trials without, none of ${within.trials.counted} with locks (fewer than ${boundOf(within).split('fewer than ')[1]})`,
            )
          : finding('confirmed', ends);
      },
    },
    {
      claim: 'The second waits, then both updates succeed, one after the other.',
      commands: [UPDATE],
      quick: [UPDATE_FEW],
      judge: (report) => {
        const row = rowOf(report, LOCKING);
        return mustHold(
          row,
          `${rangeOf(row, 'updated')} updates and a total of ${rangeOf(row, 'total')} (500 + 100 + 50) in each`,
        );
      },
    },
    {
      claim: 'No data is lost: concurrent updates do not overwrite each other.',
      commands: [UPDATE, STALLED],
      quick: [UPDATE_FEW, STALLED_SCALED],
      judge: (report, stalled) => {
        const [row, late] = [rowOf(report, LOCKING), rowOf(stalled, LOCKING)];
        if (row.verdict !== 'holds' || !isCaught(late, ['lost-update'])) return mustHold(row);
        return finding(
          'only if no holder outlives its lock',
          boundOf(row),
          `with one that stalls for ${whole(stalled.scenario.parameters['stallMs'] ?? 0)} ms under a lock of ${whole(stalled.scenario.parameters['expiryMs'] ?? 0)} ms: ${violationOf(late, ['lost-update'])}`,
        );
      },
    },
    {
      claim: 'To acquire a lock: look whether there is one; if not, create it; else wait.',
      commands: [UPDATE],
      quick: [UPDATE_FEW],
      judge: (report) => {
        const row = rowOf(report, AS_TOLD);
        return isCaught(row, ['lost-update', 'two-holders'])
          ? finding(
              'refuted',
              violationOf(row, ['two-holders']),
              hasFound(row, 'lost-update') ? violationOf(row, ['lost-update']) : '',
            )
          : mustHold(row);
      },
    },
    {
      claim: 'Shared locks go together; nothing goes with an exclusive one.',
      commands: [CONVERSION, UPDATE],
      quick: [CONVERSION_FEW, UPDATE_FEW],
      judge: (report, update) => {
        const [row, told] = [rowOf(report, LOCKING), rowOf(update, AS_TOLD)];
        if (hasFound(row, 'two-holders')) return finding('refuted', violationOf(row, ['two-holders']));
        if (row.verdict !== 'holds') return inTheWay(row);
        return hasFound(told, 'two-holders')
          ? finding(
              'only if a lock is acquired in one step',
              `by a unique index: ${boundOf(row)}`,
              `by a look and an insert ${violationOf(told, ['two-holders'])}`,
            )
          : finding('confirmed', boundOf(row));
      },
    },
    {
      claim: 'All transactions see consistent data.',
      commands: [READERS],
      judge: (report) => {
        const [naive, row] = [rowOf(report, 'mongodb/naive'), rowOf(report, ORDERED)];
        if (row.verdict !== 'holds' || row.gaveUp) return mustHold(row);
        const without = naive.findings.find(({ anomaly }) => anomaly === 'inconsistent-read');
        return without === undefined
          ? finding('not settled here', boundOf(row), 'nobody saw half a change without locks either')
          : finding(
              'only if whoever reads takes the locks too',
              boundOf(row),
              `readers without them (mongodb/naive), ${without.trials} of ${naive.trials.run} trials: ${without.message.replace(/\.$/, '')}`,
            );
      },
    },
    {
      claim: 'Transactions execute as if they were sequential (serializability).',
      commands: [DISCOUNTS, STALLED],
      judge: (report, stalled) => {
        const [row, late] = [rowOf(report, LOCKING), rowOf(stalled, LOCKING)];
        if (row.verdict !== 'holds' || row.gaveUp || !isCaught(late)) return mustHold(row);
        return finding(
          'only if no holder outlives its lock',
          `discount and customers as in some order: ${boundOf(row)}`,
          `else not: ${violationOf(late, ['lost-update'])}`,
        );
      },
    },
    {
      claim: 'Under the locks a discount is counted right, and a customer is created once.',
      commands: [DISCOUNTS],
      judge: (report) => {
        const row = rowOf(report, LOCKING);
        return mustHold(
          row,
          `${rangeOf(row, 'created')} orders, the discount used ${rangeOf(row, 'used')} times, in each`,
        );
      },
    },
    {
      claim: 'Strict two-phase locking prevents deadlocks.',
      commands: [OPPOSITE],
      quick: [OPPOSITE_SCALED],
      judge: (report) => {
        const row = rowOf(report, LOCKING);
        return errorsOf(row, 'lock-timeout') > 0
          ? finding(
              'refuted',
              `A, B against B, A wait for each other until the limit of ${whole(report.scenario.parameters['limitMs'] ?? 0)} ms: ${givenUp(row)}`,
            )
          : mustHold(row);
      },
    },
    {
      claim: 'Transactions never conflict.',
      commands: [CONVERSION],
      quick: [CONVERSION_FEW],
      judge: (report) => {
        const row = rowOf(report, LOCKING);
        return errorsOf(row, 'lock-timeout') > 0
          ? finding(
              'refuted',
              `two readers of one order who both want to change it wait for each other: ${givenUp(row)}`,
            )
          : mustHold(row);
      },
    },
    {
      claim: 'Everybody gets a turn within 10 seconds.',
      commands: [OPPOSITE],
      quick: [OPPOSITE_SCALED],
      judge: (report) => {
        const row = rowOf(report, LOCKING);
        const { limitMs = 0 } = report.scenario.parameters;
        const left = errorsOf(row, 'lock-timeout');
        return left > 0
          ? finding(
              'refuted',
              `${whole(left)} of ${whole(row.monitoring.attempts)} had none within ${whole(limitMs)} ms`,
            )
          : mustHold(row);
      },
    },
    {
      claim: 'Nobody waits longer: after 10 seconds an error says so.',
      commands: [OPPOSITE],
      quick: [OPPOSITE_SCALED],
      judge: (report) => {
        const row = rowOf(report, LOCKING);
        if (hasFound(row, 'waited-beyond-limit')) {
          return finding('refuted', violationOf(row, ['waited-beyond-limit']));
        }
        if (row.verdict === 'violated') return inTheWay(row);
        const left = errorsOf(row, 'lock-timeout');
        const { longestMs = 0 } = row.monitoring.lockWaits ?? {};
        if (left === 0) return inconclusive(row);
        return finding(
          'confirmed',
          `longest wait ${whole(longestMs)} ms, then the error "lock-timeout", ${whole(left)} times`,
          row.verdict === 'holds' ? boundOf(row) : `in ${row.trials.run} trials`,
        );
      },
    },
    {
      claim: 'Locks of a transaction that hangs are removed after 30 seconds, and others can proceed.',
      commands: [REAL_TTL],
      judge: (report) => {
        const { verdict, evidence } = expiresOnTime(report);
        return finding(
          verdict,
          evidence,
          'measured on the lock of a booking, which expires by the same index',
        );
      },
    },
    {
      claim: 'Locks are released after success and after an error.',
      commands: [CONVERSION],
      quick: [CONVERSION_FEW],
      judge: (report) => {
        const row = rowOf(report, LOCKING);
        if (hasFound(row, 'lock-left-behind')) {
          return finding('refuted', violationOf(row, ['lock-left-behind']));
        }
        if (row.verdict !== 'holds') return inTheWay(row);
        return finding(
          'confirmed',
          `no lock was left, though ${whole(errorsOf(row, 'lock-timeout'))} operations ended in an error: ${boundOf(row)}`,
        );
      },
    },
    {
      claim: 'A transaction that shrinks is refused new locks.',
      untested:
        'no strategy asks for a lock after its first release; that the lock manager would refuse it is a test beside its code',
    },
  ],
};
