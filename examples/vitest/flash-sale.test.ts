import { defineTarget, raceCheck, type Target } from 'race-check';
import type { Checkout, CheckoutOutcome, Order, Product } from 'race-check/scenarios/checkout/contract';
import { insufficientStock } from 'race-check/scenarios/checkout/refusal';
import { describe, expect, it } from 'vitest';

/** The code under test: a shop that takes the money before it hands over the goods. */
class Shop {
  product: Product = { id: 1, name: 'none yet', stock: 0 };
  orders: Order[] = [];

  /** Looks at the stock, lets the buyer pay, and takes a unit. Who looks while others pay sees what is sold already. */
  async buyAfterPaying(buyer: number, pay: () => Promise<void>): Promise<CheckoutOutcome> {
    if (this.product.stock < 1) return insufficientStock(this.product.name, this.product.stock, 1);
    await pay();
    this.#handOver(buyer);
    return { result: 'ordered' };
  }

  /** The fix: the unit is taken when it is seen, and paid for afterwards. */
  async buyBeforePaying(buyer: number, pay: () => Promise<void>): Promise<CheckoutOutcome> {
    if (this.product.stock < 1) return insufficientStock(this.product.name, this.product.stock, 1);
    this.#handOver(buyer);
    await pay();
    return { result: 'ordered' };
  }

  #handOver(buyer: number): void {
    this.product = { ...this.product, stock: this.product.stock - 1 };
    const items = [{ productId: this.product.id, quantity: 1 }];
    this.orders.push({ id: this.orders.length + 1, buyer, items });
  }
}

/** Between race-check and the shop: how it is filled, used and looked at. */
function shopTarget(way: 'buyAfterPaying' | 'buyBeforePaying'): Target<Checkout> {
  return defineTarget<Checkout>({
    contract: 'checkout',
    id: way === 'buyAfterPaying' ? 'memory/after-paying' : 'memory/before-paying',
    summary: 'Our shop.',
    prevents: 'See the test.',
    costs: 'See the test.',
    source: 'our own code',
    expectations: {},
    open: () => {
      let shop = new Shop();
      return {
        setup: () => Promise.resolve(),
        reset: ({ products }) => {
          shop = new Shop();
          shop.product = products[0]!;
          return Promise.resolve();
        },
        client: (context) =>
          Promise.resolve({
            checkout: ({ buyer }) => shop[way](buyer, () => context.sleep(1)),
            close: () => Promise.resolve(),
          }),
        read: () => Promise.resolve({ products: [shop.product], orders: shop.orders }),
        close: () => Promise.resolve(),
      };
    },
  });
}

/** 12 buyers and 5 units, 10 times. */
const SALE = { scenario: 'flash-sale', parameters: { clients: 12, stock: 5 }, trials: 10 } as const;

describe('our shop', () => {
  it('must not take the money first: that oversells', async () => {
    const report = await raceCheck({ ...SALE, targets: [shopTarget('buyAfterPaying')] });
    expect(report.verdict).toBe('violated');
    const [shop] = report.targets;
    expect(shop?.outcome === 'judged' && shop.findings[0]?.anomaly).toBe('oversold');
  });

  it('never oversells when the unit is taken first', async () => {
    const report = await raceCheck({ ...SALE, targets: [shopTarget('buyBeforePaying')] });
    expect(report.verdict).toBe('holds');
  });
});
