import type { StoreAddress } from '../src/core/context.js';
import { openReaper } from '../src/process/reaper.js';
import { openPostgres } from '../src/stores/postgres/server.js';
import type { StoreServer } from '../src/stores/store.js';

/** One embedded server for many runs, so that the server's start is in none of them. */
export interface SharedServer {
  readonly server: StoreServer;
  readonly url: string;
}

/** Starts it, hands it over, and stops it whatever happens. */
export async function withSharedServer<T>(
  connections: number,
  body: (shared: SharedServer) => Promise<T>,
): Promise<T> {
  const reaper = openReaper();
  try {
    const server = await openPostgres({
      url: undefined,
      allowRemote: false,
      runId: 'bench',
      connections,
      reaper,
    });
    try {
      const namespace = await server.namespace();
      const url = urlOf(namespace.address);
      await namespace.drop();
      return await body({ server, url });
    } finally {
      await server.stop();
    }
  } finally {
    reaper.close();
  }
}

function urlOf({ host, port, user = '', password = '', database = '' }: StoreAddress): string {
  const [name, word, base] = [user, password, database].map(encodeURIComponent);
  return `postgres://${name}:${word}@${host}:${port}/${base}`;
}
