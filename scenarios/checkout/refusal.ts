import type { CheckoutOutcome } from './contract.js';

type Refused = Extract<CheckoutOutcome, { result: 'insufficient-stock' }>;

/** The refusal, with the words that a buyer reads: `Insufficient stock for Flash Sale Smartphone (available: 3, requested: 5)`. */
export function insufficientStock(product: string, available: number, requested: number): Refused {
  return {
    result: 'insufficient-stock',
    product,
    available,
    requested,
    message: `Insufficient stock for ${product} (available: ${available}, requested: ${requested})`,
  };
}

const MESSAGE = /^Insufficient stock for (.*) \(available: (-?\d+), requested: (\d+)\)$/s;

/** What such a message says; `undefined` for a message in other words. */
export function readRefusal(
  message: string,
): Pick<Refused, 'product' | 'available' | 'requested'> | undefined {
  const [, product, available, requested] = MESSAGE.exec(message) ?? [];
  if (product === undefined) return undefined;
  return { product, available: Number(available), requested: Number(requested) };
}
