import { grouped } from '../../core/grouped.js';
import type { StoreAddress } from '../../core/context.js';
import { StoreUnavailable } from '../store.js';
import type { Admin } from './admin.js';
import { CONNECTIONS_A_CLIENT } from './client.js';
import { describe, type Product } from './product.js';

/** The store's own client, and its successor. */
const RESERVED_CONNECTIONS = 4;
/** It says of itself that 0 are left. Source: its `--session-max` and its cap on connections, both 1000. */
const SECANTUS_CONNECTIONS = 1_000;

/** Throws `StoreUnavailable` for the first thing that makes a server unfit for a run. */
export async function requireSuitable(
  admin: Admin,
  product: Product,
  { host, port }: StoreAddress,
  clients: number,
): Promise<void> {
  const at = `${host}:${port}`;
  const refuse = (message: string, remedy: string) => {
    throw new StoreUnavailable('mongodb', message, remedy);
  };
  if (!product.isWritable) {
    refuse(
      `${describe(product)} at ${at} is not a primary: nothing can be written there.`,
      product.primary === undefined
        ? 'See that its replica set has a primary, and give its host in the URL'
        : `Give the primary's host in the URL: ${product.primary}`,
    );
  }
  const needed = clients * CONNECTIONS_A_CLIENT + RESERVED_CONNECTIONS;
  const left = await connectionsLeft(admin, product);
  if (left < needed) {
    refuse(
      `The clients need ${grouped(needed)} connections to ${describe(product)} at ${at} (each has one and one for its driver's heartbeat), and ${grouped(left)} are left.`,
      'Use fewer clients, or a server that takes more connections',
    );
  }
}

async function connectionsLeft(admin: Admin, { name }: Product): Promise<number> {
  if (name === 'SecantusDB') return SECANTUS_CONNECTIONS;
  try {
    const { connections } = (await admin.command({ serverStatus: 1 })) as {
      readonly connections?: { readonly available?: number };
    };
    return connections?.available ?? Number.POSITIVE_INFINITY;
  } catch {
    // It does not tell this user.
    return Number.POSITIVE_INFINITY;
  }
}
