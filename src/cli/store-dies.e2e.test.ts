import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { whyMissing } from '../stores/why-missing.fixture.js';
import { descendantsOf } from './fixtures/processes.fixture.js';
import { it, type UserFolder } from './fixtures/user-folder.fixture.js';

const stores = {
  mongodb: { target: 'mongodb/inc', flags: ['--storage-path', '--dbpath'], missing: whyMissing('mongodb') },
  redis: { target: 'redis/incr', flags: ['--dir'], missing: whyMissing('redis') },
} as const;

/** Sends a signal to the server in the middle of a run, and comes back with what the run said. */
async function signalled(
  folder: UserFolder,
  { target, flags }: (typeof stores)['redis' | 'mongodb'],
  signal: NodeJS.Signals,
) {
  const words = ['customer-creation', '--target', target, '--clients', '10', '--trials', '100000'];
  const run = await folder.start([...words, '--timeout', '1s', '--no-report']);
  await run.says(`${target}: up to`);
  await wait(500);
  const server = descendantsOf(run.pid).find((one) => flags.some((flag) => one.words.includes(flag)));
  expect(server).toBeDefined();
  process.kill(server!.pid, signal);
  const { code, stdout } = await run.ended;
  return { code, said: stdout.replaceAll(/\s+/g, ' ') };
}

describe.concurrent('a server that is lost in the middle of a run', { timeout: 120_000 }, () => {
  for (const [store, one] of Object.entries(stores)) {
    const why = one.missing ? ` (${one.missing})` : '';

    it.skipIf(one.missing)(`is said to have died where it has: ${store}${why}`, async ({ folder }) => {
      const { code, said } = await signalled(folder, one, 'SIGKILL');
      expect(said).toContain(`inconclusive: the ${store} server died: its process was ended by SIGKILL`);
      expect(code).toBe(2);
      expect(folder.left()).toEqual([]);
    });
  }

  const { redis } = stores;
  const why = redis.missing ? ` (${redis.missing})` : '';
  it.skipIf(redis.missing)(`is not said to be dead where it only stands still${why}`, async ({ folder }) => {
    const { code, said } = await signalled(folder, redis, 'SIGSTOP');
    expect(said).toMatch(
      /inconclusive: the redis server at [\d.:]+ took a connection, and did not answer within 8 s, though its process runs: .*use fewer clients/,
    );
    expect(said).not.toContain('died');
    expect(code).toBe(2);
    expect(folder.left()).toEqual([]);
  });
});
