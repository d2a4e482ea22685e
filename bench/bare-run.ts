import type { StoreAddress } from '../src/core/context.js';
import type { BareStrategy } from './bare-shop.js';
import { answerParent } from './child.js';

export interface BareRunRequest {
  readonly address: StoreAddress;
  readonly clients: number;
  readonly stock: number;
  /** One after the other, over the same connections. */
  readonly parts: readonly { readonly strategy: BareStrategy; readonly trials: number }[];
}

export interface BareRunReply {
  /** From before pg is loaded until the last connection is closed. */
  readonly wallMs: number;
  /** Of the trials alone. */
  readonly trialsMs: number;
}

/** A process of its own, so that neither side of a comparison warms up the other's code. */
await answerParent<BareRunRequest, BareRunReply>(async ({ address, clients, stock, parts }) => {
  const startedAt = performance.now();
  const { BareShop } = await import('./bare-shop.js');
  const shop = await BareShop.open(address, clients);
  const openedAt = performance.now();
  for (const { strategy, trials } of parts) {
    for (let trial = 0; trial < trials; trial += 1) {
      const orders = await shop.trial(strategy, stock);
      if (strategy !== 'naive' && orders !== stock) {
        throw new Error(
          `The bare loop sold ${orders} of ${stock} with ${strategy}: it does not do the same.`,
        );
      }
    }
  }
  const trialsMs = performance.now() - openedAt;
  await shop.close();
  return { wallMs: performance.now() - startedAt, trialsMs };
});
