import { exact, rough, whole } from '../../src/report/numbers.js';
import type { Report } from '../../src/report/report.js';
import type { ClaimedSystem, Finding } from './claim.js';
import {
  boundOf,
  didNotHappen,
  errorsOf,
  finding,
  givenUp,
  hasFound,
  inconclusive,
  isCaught,
  latencyOf,
  ms,
  mustBeCaught,
  mustHold,
  rangeOf,
  rowOf,
  tallied,
  violationOf,
} from './evidence.js';

const SOLUTION = 'postgres/for-update';
const SALE = `flash-sale --target ${SOLUTION},postgres/naive,postgres/read-committed`;
const SALE_FEW = `${SALE} --trials 10`;
const BELOW_ZERO = 'compare flash-sale --target postgres/naive,postgres/check-then-decrement --trials 20';
const BELOW_ZERO_FEW = 'compare flash-sale --target postgres/naive,postgres/check-then-decrement --trials 5';
const SIDE_BY_SIDE = `compare flash-sale --target ${SOLUTION},postgres/atomic-update,postgres/optimistic,postgres/queue --trials 20`;
const QUEUES = 'flash-sale --target postgres/queue,postgres/queue-many-workers';
const NO_RETRY = 'compare flash-sale --target postgres/optimistic --retries 0 --trials 20';
const TWO_STORES = `compare flash-sale --target redis/then-postgres,${SOLUTION} --trials 20`;

/** As many units as buyers, so that each of them goes all the way. */
const CROWDS = [1, 10, 33, 100] as const;
const crowd = (clients: number) =>
  `flash-sale --target ${SOLUTION} --clients ${clients} --stock ${clients} --start simultaneous --trials ${clients === 1 ? 100 : 20}`;

/** From here on a difference in time is one: two runs of the same differ by up to a fifth. */
const CLEARLY = 1.25;

/** Whether the first of two took clearly longer than the second. */
function slower(report: Report, id: string, than: string, which: 'p50' | 'p99'): Finding {
  const [one, other] = [rowOf(report, id), rowOf(report, than)];
  const undecided = [one, other].find(({ verdict }) => verdict !== 'holds');
  if (undecided) return undecided.verdict === 'violated' ? mustHold(undecided) : inconclusive(undecided);
  const [its, others] = [latencyOf(one)[which], latencyOf(other)[which]];
  const name = which === 'p50' ? 'median' : 'p99';
  const times = `${name} ${ms(its)} with ${id}, ${ms(others)} with ${than}, ${rough(its / others)} times as long, for ${report.scenario.parameters['clients'] ?? 0} buyers at once`;
  if (its > CLEARLY * others) return finding('confirmed', times);
  return finding(others > CLEARLY * its ? 'refuted' : 'not settled here', times);
}

export const checkout: ClaimedSystem = {
  letter: 'C',
  subject: 'Checkout under row locks',
  about:
    'Limited stock is sold in PostgreSQL: a transaction reads the rows of the cart with `SELECT ... FOR UPDATE`, checks them, and writes order and stock.',
  claims: [
    {
      claim: 'Checking the stock and writing it later sells more than there is.',
      commands: [SALE],
      quick: [SALE_FEW],
      judge: (report) => mustBeCaught(rowOf(report, 'postgres/naive'), ['oversold']),
    },
    {
      claim: 'That no transaction was around it is a cause.',
      commands: [SALE],
      quick: [SALE_FEW],
      judge: (report) => {
        const row = rowOf(report, 'postgres/read-committed');
        const locked = rowOf(report, SOLUTION);
        if (!isCaught(row, ['oversold']) || locked.verdict !== 'holds') return mustHold(row);
        return finding(
          'only if locks or a higher isolation level come with it',
          `one at READ COMMITTED around the same statements sells as many: ${violationOf(row, ['oversold'])}`,
          `with row locks in it ${boundOf(locked)}`,
        );
      },
    },
    {
      claim: 'The stock becomes negative by it.',
      commands: [BELOW_ZERO],
      quick: [BELOW_ZERO_FEW],
      judge: (report) => {
        const before = rowOf(report, 'postgres/naive');
        const subtracts = rowOf(report, 'postgres/check-then-decrement');
        if (!isCaught(before, ['oversold'])) return didNotHappen(before);
        if (hasFound(before, 'negative-stock')) return finding('confirmed', violationOf(before));
        const never = `postgres/naive writes what it computed from its read and never goes below ${whole(tallied(before, 'left').min)} (${before.trials.violated} of ${before.trials.counted} trials oversold)`;
        return hasFound(subtracts, 'negative-stock')
          ? finding(
              'only if the database subtracts',
              never,
              `postgres/check-then-decrement, which does, ends at ${rangeOf(subtracts, 'left')}`,
            )
          : finding('refuted', never);
      },
    },
    {
      claim: '`SELECT * FROM products WHERE stock < 0` shows that too much was sold.',
      commands: [BELOW_ZERO],
      quick: [BELOW_ZERO_FEW],
      judge: (report) => {
        const row = rowOf(report, 'postgres/naive');
        if (!isCaught(row, ['oversold'])) return didNotHappen(row);
        const { violated, counted } = row.trials;
        return hasFound(row, 'negative-stock')
          ? finding('confirmed', violationOf(row, ['negative-stock']))
          : finding(
              'refuted',
              `with the code as it was ${violated} of ${counted} trials sold too much, and the stock was below zero in none (${rangeOf(row, 'left')} left)`,
            );
      },
    },
    {
      claim: '20 units and 33 buyers at once: 20 orders, 13 refusals, 0 left.',
      commands: [SALE],
      quick: [SALE_FEW],
      judge: (report) => {
        const row = rowOf(report, SOLUTION);
        const seen = ['ordered', 'refused', 'left'].map((name) => rangeOf(row, name)).join(' / ');
        return mustHold(row, `${seen} in each`);
      },
    },
    {
      claim: 'No other transaction can change a locked row: no overselling, no negative stock.',
      commands: [SALE],
      quick: [SALE_FEW],
      judge: (report) => mustHold(rowOf(report, SOLUTION)),
    },
    {
      claim: 'All of a checkout succeeds, or all of it is rolled back.',
      commands: [`basket --target ${SOLUTION}`, `crashed-buyer --target ${SOLUTION} --trials 29`],
      judge: (carts, dying) => {
        const rows = [rowOf(carts, SOLUTION), rowOf(dying, SOLUTION)];
        const wrong = rows.find(({ verdict }) => verdict !== 'holds');
        return wrong
          ? mustHold(wrong)
          : finding(
              'confirmed',
              `carts of three products: ${boundOf(rows[0]!)}`,
              `a buyer who dies before the commit: 0 of ${rows[1]!.trials.counted}`,
            );
      },
    },
    {
      claim: 'A refusal names the units that are available and that were requested.',
      commands: [`oversized-cart --target ${SOLUTION}`],
      judge: (report) => {
        const row = rowOf(report, SOLUTION);
        const { median } = tallied(row, 'refused');
        return mustHold(
          row,
          `product and both numbers of every refusal, about ${exact(median)} a trial, are checked against what was left at that moment`,
        );
      },
    },
    {
      claim: 'It scales: concurrent requests are handled without degradation.',
      commands: [crowd(CROWDS[0]), ...CROWDS.slice(1).map(crowd)],
      judge: (...reports) => {
        const rows = reports.map((report) => rowOf(report, SOLUTION));
        // One alone is no evidence of safety, only what the others are measured by.
        const wrong = rows.slice(1).find(({ verdict }) => verdict !== 'holds');
        if (wrong) return mustHold(wrong);
        const p99 = rows.map((row) => latencyOf(row).p99);
        const rates = rows.map(({ opsPerSecond = NaN }) => opsPerSecond);
        const seen = `at ${CROWDS.join(', ')} clients ${rates.map(whole).join(', ')} checkouts/s and p99 ${p99.map(rough).join(', ')} ms, all for one product (one alone is no race, and proves nothing but its time)`;
        return p99.at(-1)! > CLEARLY * p99[0]!
          ? finding('refuted', seen, 'who comes last waits for all the others')
          : finding('confirmed', seen);
      },
    },
    {
      claim: 'Performance is excellent.',
      commands: [SIDE_BY_SIDE],
      judge: (report) => {
        const [own, update] = [rowOf(report, SOLUTION), rowOf(report, 'postgres/atomic-update')];
        return finding(
          'not settled here',
          `no figure is claimed; median ${ms(latencyOf(own).p50)} and ${whole(own.opsPerSecond ?? NaN)} checkouts/s, against ${ms(latencyOf(update).p50)} and ${whole(update.opsPerSecond ?? NaN)} with a conditional UPDATE and no lock`,
        );
      },
    },
    {
      claim: 'The code is clean and maintainable; queue and Redis are additional complexity.',
      untested: 'no run can tell what is clean or complex',
    },
    {
      claim: 'Sessions `idle in transaction` show conflicts between transactions.',
      commands: ['compare flash-sale --target postgres/repeatable-read --trials 20'],
      judge: (report) => {
        const { monitoring } = rowOf(report, 'postgres/repeatable-read');
        return finding(
          'not settled here',
          `${whole(monitoring.conflicts)} conflicts in ${whole(monitoring.attempts)} checkouts, and ${whole(monitoring.idleInTransaction)} such sessions; but they are counted after each trial, and not during it`,
        );
      },
    },
    {
      claim: 'Optimistic locking needs retry logic.',
      commands: [NO_RETRY, SIDE_BY_SIDE],
      judge: (without, within) => {
        const once = rowOf(without, 'postgres/optimistic');
        const retried = rowOf(within, 'postgres/optimistic');
        if (retried.verdict !== 'holds') return mustHold(retried);
        if (errorsOf(once, '40001') === 0) return finding('refuted', boundOf(once));
        const { retries, attempts } = retried.monitoring;
        return finding(
          'confirmed',
          `without any, ${givenUp(once)} while ${rangeOf(once, 'left')} units were left`,
          `with it all sell, by ${rough(retries / attempts)} retries a checkout`,
        );
      },
    },
    {
      claim: 'Optimistic locking may frustrate users.',
      commands: [SIDE_BY_SIDE],
      judge: (report) => slower(report, 'postgres/optimistic', SOLUTION, 'p99'),
    },
    {
      claim: 'A queue that is worked off one by one prevents it as well.',
      commands: [QUEUES],
      judge: (report) => {
        const one = rowOf(report, 'postgres/queue');
        const many = rowOf(report, 'postgres/queue-many-workers');
        if (one.verdict !== 'holds' || !isCaught(many)) return mustHold(one);
        return finding(
          'only if one worker works it off',
          boundOf(one),
          `with four workers, each request taken once, ${violationOf(many, ['oversold'])}`,
        );
      },
    },
    {
      claim: 'A queue makes it worse for the user.',
      commands: [SIDE_BY_SIDE],
      judge: (report) => slower(report, 'postgres/queue', SOLUTION, 'p50'),
    },
    {
      claim: 'A queue needs additional infrastructure.',
      commands: [QUEUES],
      judge: (report) => {
        const row = rowOf(report, 'postgres/queue');
        if (row.verdict !== 'holds' || row.gaveUp) return mustHold(row);
        return finding(
          'only if a worker that has to stay up counts as such',
          `a table of the same PostgreSQL and one worker do it: ${boundOf(row)}`,
        );
      },
    },
    {
      claim: 'Stock in Redis is fast.',
      commands: [TWO_STORES],
      judge: (report) => {
        const { verdict, evidence } = slower(report, SOLUTION, 'redis/then-postgres', 'p50');
        return finding(verdict, evidence);
      },
    },
    {
      claim: 'Stock in Redis may get out of sync with the database.',
      commands: [
        TWO_STORES,
        'crashed-buyer --target redis/then-postgres --trials 10',
        'flash-sale --target redis/then-postgres --after-sync 1',
      ],
      judge: (sale, crash, synced) => {
        const row = rowOf(sale, 'redis/then-postgres');
        const dead = rowOf(crash, 'redis/then-postgres');
        const after = rowOf(synced, 'redis/then-postgres');
        if (after.verdict === 'inconclusive') return inconclusive(after);
        const behind = row.findings.find(({ anomaly }) => anomaly === 'copy-behind');
        if (behind === undefined && !isCaught(dead)) return mustBeCaught(after);
        return finding(
          'confirmed',
          behind ? `read at once: ${behind.message.replace(/\.$/, '')}` : '',
          after.verdict === 'holds' ? `after one more copy: ${boundOf(after)}` : violationOf(after),
          isCaught(dead) ? `for good, where a buyer dies between the two stores: ${violationOf(dead)}` : '',
        );
      },
    },
    {
      claim: 'Stock in Redis prevents overselling.',
      commands: ['flash-sale --target redis/lua,redis/then-postgres,redis/get-then-decr'],
      quick: ['flash-sale --target redis/lua,redis/then-postgres,redis/get-then-decr --trials 5'],
      judge: (report) => {
        const safe = ['redis/lua', 'redis/then-postgres'].map((id) => rowOf(report, id));
        const two = rowOf(report, 'redis/get-then-decr');
        const wrong = safe.find(({ verdict, gaveUp }) => verdict !== 'holds' || gaveUp !== undefined);
        if (wrong) return mustHold(wrong);
        return isCaught(two)
          ? finding(
              'only if check and decrement are one script',
              safe.map(boundOf).join(' and '),
              `as two commands ${violationOf(two, ['oversold'])}`,
            )
          : inconclusive(two);
      },
    },
  ],
};
