import type { LeftLock } from '../../src/checkers/locks/left-behind.js';
import { lockCheckers } from '../../src/checkers/locks/lock-checkers.js';
import { openTransactions } from '../../src/checkers/open-transactions.js';
import { orders as storedOrders } from '../../src/checkers/sale/orders.js';
import { oversold } from '../../src/checkers/sale/oversold.js';
import { refusedThoughFree } from '../../src/checkers/sale/refused-though-free.js';
import { saleCheckers } from '../../src/checkers/sale/sale-checkers.js';
import { updateCheckers } from '../../src/checkers/updates/update-checkers.js';
import type { History } from '../../src/core/history.js';
import type { Orders } from './contract.js';
import { saleOf } from './sale-of.js';
import { updatesOf } from './updates-of.js';

/**
 * On top of a lock's limit: the last look at it and letting go of what is held, two requests of which each may take seconds
 * where the machine is busy with others, or stands still. At least 3 s, 6 s from a limit of 2 s on, as scenarios have it, and as
 * much again as a limit that is longer than that: with 3 s for all, a client with a limit of 6 s that had its answer after 9.5 s
 * was said to have none. Of a violation one must be sure; the longest wait is in the report in any case.
 */
function slackMs(limitMs: number): number {
  return Math.max(3_000, limitMs, Math.min(3 * limitMs, 6_000));
}

/** What must hold after every scenario of this contract. */
export const orderCheckers = [
  ...updateCheckers(updatesOf),
  ...saleCheckers(saleOf, {
    checkers: [oversold, storedOrders, refusedThoughFree],
    anomalies: { oversold: 'discount-overused' },
  }),
  ...lockCheckers<Orders>({
    left: leftLocks,
    waitLimit: ({ initial: { lockLimitMs: limitMs } }) => ({ limitMs, slackMs: slackMs(limitMs) }),
  }),
  openTransactions<Orders>(),
] as const;

function leftLocks({ final }: History<Orders>): LeftLock[] {
  return final.locks.map(({ key, process, lapses }) => ({ key, process: process ?? undefined, lapses }));
}
