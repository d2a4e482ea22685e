import type { StoreAddress } from '../src/core/context.js';
import type { BareShop, BareStrategy } from './bare-shop.js';
import { seededRandom } from '../src/core/random.js';
import { startDelays, startKindOf, type StartMode } from '../src/engine/start-plan.js';
import { answerParent } from './child.js';

export interface BareRunRequest {
  readonly clients: number;
  readonly stock: number;
  /** One after the other, each with tables and connections of its own. */
  readonly shops: readonly BareShopRun[];
}

export interface BareShopRun {
  readonly address: StoreAddress;
  /** One after the other, over the same connections. */
  readonly parts: readonly {
    readonly strategy: BareStrategy;
    readonly trials: number;
    readonly start: StartMode;
  }[];
}

export interface BareRunReply {
  /** From before pg is loaded until the last connection is closed. */
  readonly wallMs: number;
  /** Of the trials alone. */
  readonly trialsMs: number;
}

/** A process of its own, so that neither side of a comparison warms up the other's code. */
await answerParent<BareRunRequest, BareRunReply>(async ({ clients, stock, shops }) => {
  const startedAt = performance.now();
  const { BareShop } = await import('./bare-shop.js');
  let trialsMs = 0;
  for (const { address, parts } of shops) {
    const shop = await BareShop.open(address, clients);
    const openedAt = performance.now();
    for (const part of parts) await run(shop, part, clients, stock);
    trialsMs += performance.now() - openedAt;
    await shop.close();
  }
  return { wallMs: performance.now() - startedAt, trialsMs };
});

async function run(
  shop: BareShop,
  { strategy, trials, start }: BareShopRun['parts'][number],
  clients: number,
  stock: number,
): Promise<void> {
  const random = seededRandom('bare');
  let typicalNs = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    const kind = startKindOf(start, 'bare', trial);
    const delaysNs = startDelays(
      kind === 'offset-sweep' ? 'simultaneous' : kind,
      clients,
      typicalNs,
      trial,
      random,
    );
    const orders = await shop.trial(
      strategy,
      stock,
      delaysNs.map((ns) => ns / 1e6),
    );
    if (kind === 'simultaneous') typicalNs = shop.typicalMs * 1e6;
    if (strategy !== 'naive' && orders !== stock) {
      throw new Error(`The bare loop sold ${orders} of ${stock} with ${strategy}: it does not do the same.`);
    }
  }
}
