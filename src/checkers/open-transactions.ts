import type { Checker, Finding } from '../core/checker.js';
import type { ContractTypes } from '../core/contract.js';
import type { Operation } from '../core/history.js';

/**
 * Finds sessions that still hold a transaction after their last operation has answered. Linear.
 *
 * A session whose last operation ended in `info` is left out: that operation has not answered, so it may rightly be
 * inside its transaction. Misses what the store's own view of sessions does not show, and a transaction left open by an
 * operation that the next one of the same client ended.
 */
export function openTransactions<C extends ContractTypes>(): Checker<C> {
  return {
    name: 'open-transactions',
    anomalies: ['transaction-left-open'],
    check(history) {
      if (history.openTransactions.length === 0) return [];
      const last = new Map<number, Operation<C>>();
      for (const operation of history.operations) last.set(operation.process, operation);
      return history.openTransactions.flatMap((open): Finding[] => {
        const operation = last.get(open.process);
        if (operation?.status === 'info') return [];
        const after = operation ? 'after its last operation has answered' : 'after the last answer';
        return [
          {
            anomaly: 'transaction-left-open',
            grade: 'violation',
            message: `The session of client ${open.client} is still ${open.state} ${after}; its last statement: ${open.lastStatement}`,
            expected: 'no session inside a transaction',
            observed: `client ${open.client}: ${open.state}`,
            witness:
              operation?.completeIndex === undefined ? [] : [operation.invokeIndex, operation.completeIndex],
          },
        ];
      });
    },
  };
}
