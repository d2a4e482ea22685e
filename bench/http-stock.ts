import cluster from 'node:cluster';
import type { ShopStats } from './http-server.js';

/** One unit that is left, and what came to buy it. */
export interface Stock {
  /** A whole request is here: how many units are left? At once where it lies in this process. */
  look(atNs: bigint): number | Promise<number>;
  sell(left: number): void;
  reset(): void;
  stats(): ShopStats;
}

export function localStock(): Stock {
  let stock = 1;
  let sold = 0;
  let arrivalsNs: string[] = [];
  return {
    look(atNs) {
      arrivalsNs.push(atNs.toString());
      return stock;
    },
    sell(left) {
      stock = left;
      sold += 1;
    },
    reset() {
      stock = 1;
      sold = 0;
      arrivalsNs = [];
    },
    stats: () => ({ arrivalsNs, sold, requests: arrivalsNs.length }),
  };
}

type Message =
  | { readonly type: 'look'; readonly id: number; readonly atNs: string }
  | { readonly type: 'sell'; readonly left: number };

/** The stock lies in the process that has these workers. */
export function serveStock(stock: Stock): void {
  cluster.on('message', (worker, message: Message) => {
    if (message.type === 'sell') return stock.sell(message.left);
    worker.send({ id: message.id, left: stock.look(BigInt(message.atNs)) });
  });
}

/** As a worker of a cluster sees it: each look is a message there and back. */
export function sharedStock(): Pick<Stock, 'look' | 'sell'> {
  const waiting = new Map<number, (left: number) => void>();
  let asked = 0;
  process.on('message', ({ id, left }: { readonly id: number; readonly left: number }) => {
    waiting.get(id)?.(left);
    waiting.delete(id);
  });
  const tell = (message: Message) => void process.send?.(message);
  return {
    look: (atNs) =>
      new Promise((resolve) => {
        const id = (asked += 1);
        waiting.set(id, resolve);
        tell({ type: 'look', id, atNs: atNs.toString() });
      }),
    sell: (left) => tell({ type: 'sell', left }),
  };
}
