import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { whyMissing } from '../stores/why-missing.fixture.js';
import { descendantsOf } from './fixtures/processes.fixture.js';
import { it } from './fixtures/user-folder.fixture.js';

const cases = [
  ['mongodb', 'mongodb/inc', ['--storage-path', '--dbpath'], whyMissing('mongodb')],
  ['redis', 'redis/incr', ['--dir'], whyMissing('redis')],
] as const;

describe('a server that dies in the middle of a run', { timeout: 120_000 }, () => {
  for (const [store, target, flags, missing] of cases) {
    it.skipIf(missing)(
      `makes it inconclusive, and nothing is left: ${store}${missing ? ` (${missing})` : ''}`,
      async ({ folder }) => {
        const words = ['customer-creation', '--target', target, '--clients', '10', '--trials', '100000'];
        const run = await folder.start([...words, '--timeout', '2s', '--no-report']);
        await run.says(`${target}: up to`);
        await wait(500);
        const server = descendantsOf(run.pid).find((one) =>
          one.words.some((word) => flags.includes(word as never)),
        );
        expect(server).toBeDefined();
        process.kill(server!.pid, 'SIGKILL');
        const { code, stdout } = await run.ended;
        expect(stdout).toContain(`the ${store} server died during the run`);
        expect(code).toBe(2);
        expect(folder.left()).toEqual([]);
      },
    );
  }
});
