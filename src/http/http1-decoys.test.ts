import { describe, expect, it } from 'vitest';
import { contextsFor } from './contexts.fixture.js';
import { Decoys } from './http1-decoys.js';
import { afterwards, serve } from './servers.fixture.js';

/** Decoys in front of a server that counts them; `stops`: how often the process is stopped at each try. */
async function decoysWith(stops: readonly number[]) {
  let came = 0;
  const url = await serve('http', (_request, response) => {
    came += 1;
    response.end();
  });
  let asked = 0;
  let stopped = 0;
  const timesStopped = () => {
    // Before a try and behind it.
    if (asked++ % 2 === 1) stopped += stops[(asked - 2) / 2] ?? 0;
    return stopped;
  };
  const origin = { base: new URL(url), insecure: false };
  const decoys = new Decoys(origin, contextsFor(url).target, '/', timesStopped);
  await decoys.open();
  afterwards(() => decoys.close());
  return {
    decoys,
    tries: () => asked / 2,
    /** How many came, once all have been answered. */
    came: async () => {
      while (decoys.waiting > 0) await new Promise((resolve) => setImmediate(resolve));
      return came;
    },
  };
}

describe('decoys', () => {
  it('are written once where the server takes them together', async () => {
    const { decoys, tries, came } = await decoysWith([7]);
    await decoys.keepBusy();
    expect(tries()).toBe(1);
    expect(await came()).toBe(24);
  });

  it('are written again where the server took them one by one', async () => {
    const { decoys, tries, came } = await decoysWith([24, 1]);
    await decoys.keepBusy();
    expect(tries()).toBe(2);
    // Those that still wait for an answer are left out.
    expect(await came()).toBeGreaterThan(24);
  });

  it('are written six times at most', async () => {
    const { decoys, tries, came } = await decoysWith(Array.from({ length: 9 }, () => 24));
    await decoys.keepBusy();
    expect(tries()).toBe(6);
    expect(await came()).toBeLessThanOrEqual(144);
  });
});
