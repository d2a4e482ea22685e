import type { ClientContext } from '../../../src/core/context.js';
import type { Target } from '../../../src/core/target.js';
import type {
  CartItem,
  Checkout,
  CheckoutInput,
  CheckoutOutcome,
  Order,
  Product,
} from '../../../scenarios/checkout/contract.js';
import { ORDERED, productOf, refusalOf, wantedOf } from '../cart.js';

/** The state of one open target. It lives in one process: with several, each would have a shop of its own. */
export class Shop {
  products: ReadonlyMap<number, Product> = new Map();
  readonly orders: Order[] = [];

  reset(products: readonly Product[]): void {
    this.products = new Map(products.map((product) => [product.id, { ...product }]));
    this.orders.length = 0;
  }

  placeOrder(buyer: number, cart: readonly CartItem[]): void {
    this.orders.push({ id: this.orders.length + 1, buyer, items: [...cart] });
  }
}

/** One way to check out in memory. */
export interface MemoryStrategy extends Pick<
  Target<Checkout>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations'
> {
  /** The file's name. */
  readonly strategy: string;
  /** Called once for each open target, so that what the strategy shares belongs to one shop. */
  readonly start: (shop: Shop) => (input: CheckoutInput, context: ClientContext) => Promise<CheckoutOutcome>;
}

/** A target from a strategy. */
export function checkoutInMemory({ strategy, start, ...about }: MemoryStrategy): Target<Checkout> {
  return {
    contract: 'checkout',
    id: `memory/${strategy}`,
    ...about,
    open: () => {
      const shop = new Shop();
      const checkout = start(shop);
      return {
        setup: () => Promise.resolve(),
        reset: ({ products }) => Promise.resolve(shop.reset(products)),
        read: () => Promise.resolve({ products: [...shop.products.values()], orders: [...shop.orders] }),
        client: (context) =>
          Promise.resolve({
            checkout: (input) => checkout(input, context),
            close: () => Promise.resolve(),
          }),
        close: () => Promise.resolve(),
      };
    },
  };
}

/** How long the program is busy between its check and its write: the place where another client may go. */
const BUSY_MS = 1;

/** Reads, checks, is busy for a moment, and writes what is left as an absolute value. */
export async function readCheckWrite(
  shop: Shop,
  { buyer, cart }: CheckoutInput,
  context: ClientContext,
): Promise<CheckoutOutcome> {
  const wanted = wantedOf(cart);
  const seen = new Map([...shop.products].map(([id, product]) => [id, { ...product }]));
  for (const { productId } of wanted) {
    context.note('read', { product: productId, stock: productOf(seen, productId).stock });
  }
  const refused = refusalOf(wanted, seen);
  if (refused) return refused;
  await context.point('checked');
  await context.sleep(BUSY_MS);
  for (const { productId, quantity } of wanted) {
    const stock = productOf(seen, productId).stock - quantity;
    productOf(shop.products, productId).stock = stock;
    context.note('write', { product: productId, stock });
  }
  // No point between the two: they are one turn of the event loop, in which nobody else goes and nobody dies.
  shop.placeOrder(buyer, cart);
  return ORDERED;
}
