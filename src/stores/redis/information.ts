import { grouped } from '../../core/grouped.js';
import { StoreUnavailable } from '../store.js';
import type { Admin } from './admin.js';

/** What a server says of itself. */
export interface Information {
  /** `Redis`, or the name of what is compatible with it. */
  readonly product: string;
  readonly version: string;
  readonly fields: ReadonlyMap<string, string>;
}

export async function readInformation(admin: Admin): Promise<Information> {
  const text = await admin.ask((redis) => redis.info());
  const fields = new Map(
    text
      .split(/\r?\n/)
      .filter((line) => line.includes(':'))
      .map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1)];
      }),
  );
  const valkey = fields.get('valkey_version');
  return {
    product: valkey === undefined ? 'Redis' : 'Valkey',
    version: valkey ?? fields.get('redis_version') ?? 'unknown',
    fields,
  };
}

/** What could change a result. */
export function environmentOf({ product, version, fields }: Information): Record<string, string> {
  const told = (name: string) => fields.get(name) ?? 'unknown';
  return {
    ...{ product, version, mode: told('redis_mode') },
    ...{ maxmemoryPolicy: told('maxmemory_policy'), appendOnly: told('aof_enabled') === '1' ? 'on' : 'off' },
    ...(told('io_threads_active') === '1' && { ioThreads: 'active' }),
  };
}

/** Besides the clients': the store's own, its successor, and a debugger's. */
const RESERVED_CONNECTIONS = 4;

/** Throws `StoreUnavailable` for what makes a server that we did not start unfit for a run. */
export function requireSuitable({ product, fields }: Information, at: string, connections: number): void {
  const refuse = (message: string, remedy: string) => {
    throw new StoreUnavailable('redis', message, remedy);
  };
  if (fields.get('cluster_enabled') === '1') {
    refuse(
      `${product} at ${at} is part of a cluster, in which the keys of one operation may lie on several servers.`,
      'Give the URL of a server that stands alone',
    );
  }
  if (['slave', 'replica'].includes(fields.get('role') ?? '')) {
    refuse(`${product} at ${at} is a replica: nothing can be written there.`, 'Give the URL of its primary');
  }
  const maximum = Number(fields.get('maxclients') ?? Number.POSITIVE_INFINITY);
  const inUse = Number(fields.get('connected_clients') ?? 0);
  const left = maximum - inUse;
  if (left < connections + RESERVED_CONNECTIONS) {
    refuse(
      `The clients need ${grouped(connections)} connections to ${product} at ${at}, and ${grouped(Math.max(0, left))} are left: maxclients is ${grouped(maximum)}, ${grouped(inUse)} in use.`,
      'Use fewer clients, or raise maxclients',
    );
  }
}
