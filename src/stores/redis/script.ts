import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { redisCode } from './errors.js';

/** A Lua script: one step at the server, whatever happens around it. */
export interface Script {
  /** Runs it on keys (below the namespace, as everywhere) and arguments. Resolves with what it returns. */
  (redis: Redis, keys: readonly string[], ...args: readonly (string | number)[]): Promise<unknown>;
  /** Leaves it with the server, so that the first run is like the others. */
  load(redis: Redis): Promise<void>;
}

/**
 * A script by its source. Sent as its digest (EVALSHA), and whole (EVAL) only when the server does not know it: then it has
 * done nothing yet, so this is no retry.
 */
export function script(source: string): Script {
  const digest = createHash('sha1').update(source).digest('hex');
  const run = async (redis: Redis, keys: readonly string[], ...args: readonly (string | number)[]) => {
    try {
      return await redis.evalsha(digest, keys.length, ...keys, ...args);
    } catch (error) {
      if (redisCode(error) !== 'NOSCRIPT') throw error;
      return redis.eval(source, keys.length, ...keys, ...args);
    }
  };
  return Object.assign(run, {
    load: async (redis: Redis) => {
      await redis.script('LOAD', source);
    },
  });
}
