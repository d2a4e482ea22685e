import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ShopProtocol, ShopRequest, ShopSetting, ShopStats } from './http-server.js';

/** A shop in a process of its own. */
export interface Shop {
  readonly url: string;
  readonly pid: number;
  reset(setting: ShopSetting): Promise<void>;
  stats(): Promise<ShopStats>;
  close(): void;
}

export interface Child {
  readonly url: string;
  readonly pid: number;
  ask(message: unknown): Promise<unknown>;
  close(): void;
}

/** Tests run what is not compiled. */
const [SUFFIX, RUN_WITH] = import.meta.url.endsWith('.ts')
  ? ['.ts', ['--import', 'jiti/register']]
  : ['.js', []];

/** Starts one of the programs beside this file, which tells its port first. */
export async function startChild(program: string, args: readonly string[]): Promise<Child> {
  const file = fileURLToPath(new URL(`${program}${SUFFIX}`, import.meta.url));
  const child = fork(file, args, { execArgv: RUN_WITH });
  const [port] = (await once(child, 'message')) as [number];
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid!,
    async ask(message) {
      const answered = once(child, 'message');
      child.send(message as object);
      return ((await answered) as [unknown])[0];
    },
    close() {
      child.disconnect();
    },
  };
}

export async function openShop(protocol: ShopProtocol): Promise<Shop> {
  const child = await startChild('./http-server', [protocol]);
  const ask = (request: ShopRequest) => child.ask(request);
  return {
    url: child.url,
    pid: child.pid,
    reset: async (setting) => void (await ask({ type: 'reset', setting })),
    stats: async () => (await ask({ type: 'stats' })) as ShopStats,
    close: () => child.close(),
  };
}
