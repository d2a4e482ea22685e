import { whole } from '../../src/report/numbers.js';
import type { ClaimedSystem } from './claim.js';
import {
  boundOf,
  didNotHappen,
  finding,
  hasFound,
  inconclusive,
  isCaught,
  isStandIn,
  latencyOf,
  ms,
  mustHold,
  rangeOf,
  rowOf,
  STAND_IN_TIMES,
  tallied,
  violationOf,
} from './evidence.js';

const HUNDRED = 'customer-creation --target mongodb/inc';
const TWENTY = 'customer-creation --target mongodb/inc,mongodb/inc-transaction --clients 20 --trials 5';
const THOUSAND = 'thousand-customers --target mongodb/inc --trials 10 --timeout 90s';
const REJECTED = 'failed-creation --target mongodb/inc,mongodb/inc-transaction-retry --clients 30 --trials 5';
const RETURNING =
  'returning-customer --target mongodb/find-or-create-unique,mongodb/find-or-create,mongodb/inc --trials 10';
const RETURNING_SMALL =
  'returning-customer --target mongodb/find-or-create-unique,mongodb/find-or-create,mongodb/inc --clients 30 --phones 20 --trials 2';

/** Half as long as with the transaction, give or take what a measurement is worth. */
const FASTER = { least: 0.4, most: 0.7 };

export const customerNumbers: ClaimedSystem = {
  letter: 'A',
  subject: 'Customer numbers from a counter',
  about:
    'Customers get numbers (CUST0001, CUST0002, ...) from a counter document in MongoDB, increased with `$inc`, with a transaction around it or without; a known phone gets the customer that it has.',
  claims: [
    {
      claim: '100 customers created at the same moment get 100 different numbers: 0 duplicates.',
      commands: [HUNDRED],
      quick: [TWENTY],
      judge: (report) => {
        const row = rowOf(report, 'mongodb/inc');
        return mustHold(row, `${rangeOf(row, 'created')} created in each`);
      },
    },
    {
      claim: '1,000 and more customers created concurrently get as many different numbers.',
      commands: [THOUSAND],
      judge: (report) => {
        const row = rowOf(report, 'mongodb/inc');
        const { clients = 0 } = report.scenario.parameters;
        return mustHold(
          row,
          `${rangeOf(row, 'created')} customers in each trial, by ${clients} callers at once; more connections than that were not tried`,
        );
      },
    },
    {
      claim:
        'The code as it was, with a transaction around the `$inc` and no second try, works with concurrent requests, even 1,000 and more.',
      commands: ['customer-creation --target mongodb/inc,mongodb/inc-transaction --trials 5'],
      quick: [TWENTY],
      judge: (report) =>
        mustHold(
          rowOf(report, 'mongodb/inc-transaction'),
          'no number was given twice; that calls fail is due to the code, how many to the server',
        ),
    },
    {
      claim: 'The numbers are sequential: CUST0001 to CUST0100 without a gap, and the counter ends at 100.',
      commands: [HUNDRED, REJECTED],
      judge: (report, rejected) => {
        const all = rowOf(report, 'mongodb/inc');
        const some = rowOf(rejected, 'mongodb/inc');
        if (all.verdict !== 'holds') return mustHold(all);
        const [gaps, gapsThen] = [tallied(all, 'gaps').max, tallied(some, 'gaps').max];
        if (gaps > 0) return finding('refuted', `${rangeOf(all, 'gaps')} gaps where every insert succeeded`);
        return gapsThen === 0
          ? finding('confirmed', boundOf(all), 'no gap, rejected inserts or not')
          : finding(
              'only if every insert succeeds',
              `${boundOf(all)}, and no gap`,
              `${rangeOf(some, 'gaps')} gaps where ${rangeOf(some, 'rejected')} inserts are rejected after their number was drawn`,
            );
      },
    },
    {
      claim: 'Numbers are given in the order of the calls, since operations are processed in order.',
      commands: [THOUSAND],
      judge: (report) => {
        const row = rowOf(report, 'mongodb/inc');
        if (row.verdict !== 'holds' || row.gaveUp) return mustHold(row);
        return finding(
          'only if the calls do not overlap',
          `${boundOf(row)}: whoever began after another had been answered got a higher number`,
          'of calls that overlap any order is right, so none is looked for',
        );
      },
    },
    {
      claim: 'The transaction is not needed: `$inc` alone is atomic.',
      commands: [HUNDRED],
      quick: [TWENTY],
      judge: (report) => mustHold(rowOf(report, 'mongodb/inc'), 'there is no transaction in it'),
    },
    {
      claim:
        'The transaction adds safety: when something fails everything is rolled back, and the state stays consistent.',
      commands: [REJECTED],
      judge: (report) => {
        const without = rowOf(report, 'mongodb/inc');
        const within = rowOf(report, 'mongodb/inc-transaction-retry');
        const undecided = [without, within].find(({ verdict }) => verdict !== 'holds');
        if (undecided) return mustHold(undecided);
        if (tallied(without, 'gaps').min === 0) return didNotHappen(without);
        const gaps = `${rangeOf(within, 'gaps')} gaps with it and ${rangeOf(without, 'gaps')} without, where ${rangeOf(without, 'rejected')} inserts are rejected`;
        return tallied(within, 'gaps').min >= tallied(without, 'gaps').min
          ? finding('refuted', gaps, 'the insert is outside of the transaction, as in the text')
          : finding('confirmed', gaps);
      },
    },
    {
      claim: 'Without the transaction it is 50 to 60 % faster: 2-3 ms instead of 5-10 ms.',
      commands: [
        'compare customer-creation --target mongodb/inc,mongodb/inc-transaction-retry --clients 10 --trials 10',
      ],
      judge: (report) => {
        const rows = ['mongodb/inc', 'mongodb/inc-transaction-retry'].map((id) => rowOf(report, id));
        const undecided = rows.find(({ verdict }) => verdict !== 'holds');
        if (undecided) return mustHold(undecided);
        const [without = NaN, within = NaN] = rows.map((row) => latencyOf(row).p50);
        const times = `median ${ms(without)} without and ${ms(within)} with it, retries included, for 10 callers`;
        if (isStandIn(report)) {
          return finding('not settled here', times, STAND_IN_TIMES);
        }
        const saved = 1 - without / within;
        return finding(
          saved >= FASTER.least && saved <= FASTER.most ? 'confirmed' : 'refuted',
          `${times}: ${Math.round(saved * 100)} % less`,
        );
      },
    },
    {
      claim: '`$inc` and `$set` on one document lose no update.',
      commands: [
        'order-update --target mongodb/inc --clients 10 --trials 29',
        'order-set --target mongodb/inc --clients 10 --trials 29',
      ],
      judge: (added, set) => {
        const rows = [rowOf(added, 'mongodb/inc'), rowOf(set, 'mongodb/inc')];
        const failed = rows.find(({ verdict, gaveUp }) => verdict !== 'holds' || gaveUp !== undefined);
        return failed
          ? mustHold(failed)
          : finding('confirmed', `${boundOf(rows[0]!)} with \`$inc\``, 'the same with `$set`');
      },
    },
    {
      claim: '`$push` and `$addToSet` are atomic in the same way.',
      untested:
        'no scenario changes an array from several clients without a lock or a condition on its document',
    },
    {
      claim: 'MongoDB queues the operations on a document and processes them one at a time.',
      untested: 'how a server goes about it does not show in its answers',
    },
    {
      claim: '`upsert` creates the counter when it is not there yet.',
      untested: 'every trial begins with the counter in its place',
    },
    {
      claim: 'Numbers as text, padded to four digits, will do.',
      commands: ['five-digits --target mongodb/inc,postgres/max-plus-one-serializable --trials 29'],
      judge: (report) => {
        const counter = rowOf(report, 'mongodb/inc');
        const highest = rowOf(report, 'postgres/max-plus-one-serializable');
        if (counter.verdict !== 'holds') return mustHold(counter);
        return isCaught(highest, ['duplicate-number'])
          ? finding(
              'only if nobody looks for the highest as text',
              `a counter goes past CUST9999: ${boundOf(counter)}`,
              `as text CUST9999 stays the highest, also for SERIALIZABLE transactions: ${violationOf(highest, ['duplicate-number'])}`,
            )
          : mustHold(counter);
      },
    },
    {
      claim: 'Finding a customer by phone or creating one is 100 % safe for concurrent access.',
      commands: [RETURNING],
      quick: [RETURNING_SMALL],
      judge: (report) => mustHold(rowOf(report, 'mongodb/find-or-create')),
    },
    {
      claim:
        'The test is right: of 100 calls over 100 random phones, answers minus different numbers are the duplicates, and must be 0.',
      commands: [RETURNING],
      quick: [RETURNING_SMALL],
      judge: (report) => {
        const right = rowOf(report, 'mongodb/find-or-create-unique');
        const wrong = rowOf(report, 'mongodb/inc');
        if (right.verdict === 'inconclusive') return inconclusive(right);
        const alarm = right.verdict === 'holds' && tallied(right, 'repeats').min > 0;
        if (!alarm) return mustHold(right, 'the test counts 0');
        return finding(
          'refuted',
          `it counts ${rangeOf(right, 'repeats')} duplicates where every phone has one customer and every number is there once (${boundOf(right)})`,
          hasFound(wrong, 'duplicate-customer') && tallied(wrong, 'repeats').max === 0
            ? `and ${whole(0)} where phones have two customers (mongodb/inc): it counts answers, not customers`
            : 'it counts answers, not customers',
        );
      },
    },
  ],
};
