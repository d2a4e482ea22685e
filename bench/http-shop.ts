import { startProgram } from './program.js';
import type { ShopProtocol, ShopRequest, ShopSetting, ShopStats } from './http-server.js';

/** A shop in a process of its own. */
export interface Shop {
  readonly url: string;
  readonly pid: number;
  reset(setting: ShopSetting): Promise<void>;
  stats(): Promise<ShopStats>;
  close(): void;
}

export async function openShop(protocol: ShopProtocol): Promise<Shop> {
  const child = await startProgram('./http-server', [protocol]);
  const ask = (request: ShopRequest) => child.ask(request);
  return {
    url: `http://127.0.0.1:${child.told as number}`,
    pid: child.pid,
    reset: async (setting) => void (await ask({ type: 'reset', setting })),
    stats: async () => (await ask({ type: 'stats' })) as ShopStats,
    close: () => child.close(),
  };
}
