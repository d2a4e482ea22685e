import type { History } from '../../src/core/history.js';
import type { Checkout } from './contract.js';

/** How many were ordered and refused, and the units left of all products. Attempts without an answer are in neither. */
export function tally(history: History<Checkout>): { ordered: number; refused: number; left: number } {
  const { operations, final } = history;
  const answers = operations.flatMap((operation) =>
    operation.status === 'ok' ? [operation.output.result] : [],
  );
  const ordered = answers.filter((result) => result === 'ordered').length;
  return {
    ordered,
    refused: answers.length - ordered,
    left: final.products.reduce((units, { stock }) => units + stock, 0),
  };
}
