import type { CartItem, CheckoutOutcome, Product } from '../../scenarios/checkout/contract.js';
import { insufficientStock } from '../../scenarios/checkout/refusal.js';

export const ORDERED: CheckoutOutcome = { result: 'ordered' };

/** What a cart asks for of each product, in the order of the cart. A product that is named twice is asked for once, with the sum. */
export function wantedOf(cart: readonly CartItem[]): readonly CartItem[] {
  const wanted = new Map<number, number>();
  for (const { productId, quantity } of cart) {
    wanted.set(productId, (wanted.get(productId) ?? 0) + quantity);
  }
  return [...wanted].map(([productId, quantity]) => ({ productId, quantity }));
}

/** In the order of ids: where all lock and write in one order, no two ever wait for each other. */
export function byId(wanted: readonly CartItem[]): readonly CartItem[] {
  return wanted.toSorted((one, other) => one.productId - other.productId);
}

/** The refusal for the first product of which too little is there; undefined when there is enough of everything. */
export function refusalOf(
  wanted: readonly CartItem[],
  products: ReadonlyMap<number, Product>,
): CheckoutOutcome | undefined {
  for (const { productId, quantity } of wanted) {
    const { name, stock } = productOf(products, productId);
    if (stock < quantity) return insufficientStock(name, stock, quantity);
  }
  return undefined;
}

/** A cart that names a product which does not exist is a mistake of the scenario, and ends the run. */
export function productOf<P extends Product>(products: ReadonlyMap<number, P>, productId: number): P {
  const product = products.get(productId);
  if (product === undefined) {
    const known = [...products.keys()].join(', ') || 'none';
    throw new TypeError(
      `The cart asks for product ${productId}; of those that it names, there are: ${known}.`,
    );
  }
  return product;
}
