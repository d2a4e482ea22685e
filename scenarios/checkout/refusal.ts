import type { CheckoutOutcome } from './contract.js';

/** The refusal, with the words that a buyer reads: `Insufficient stock for Flash Sale Smartphone (available: 3, requested: 5)`. */
export function insufficientStock(product: string, available: number, requested: number): CheckoutOutcome {
  return {
    result: 'insufficient-stock',
    product,
    available,
    requested,
    message: `Insufficient stock for ${product} (available: ${available}, requested: ${requested})`,
  };
}
