import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { ClientContext, TargetContext } from '../../core/context.js';
import { refusedOnce } from '../no-connection.js';
import { openRedisClient } from './client.js';

export type { Redis } from 'ioredis';
export { notHappened } from './errors.js';
export { script, type Script } from './script.js';

/**
 * A connection for a target: counted as its client's, warm, every key that a command names below the namespace of this run
 * (patterns of KEYS and SCAN are not). ioredis neither reconnects nor repeats a command; one that was lost with its
 * connection rejects. End it with `disconnect()`.
 */
export async function connectRedis(context: TargetContext | ClientContext): Promise<Redis> {
  const address = context.address('redis');
  const name =
    'client' in context ? clientName(address.namespace, context.client, context.process) : 'race-check';
  try {
    return await openRedisClient(address, name, () => context.socket('redis'));
  } catch (error) {
    throw refusedOnce('Redis', address, error);
  }
}

/** The name by which a client's connection is recognised where something between hides its port. No white space. */
export function clientName(namespace: string, client: number, process: number): string {
  return `race-check:${createHash('sha256').update(namespace).digest('hex').slice(0, 16)}:${client}.${process}`;
}
