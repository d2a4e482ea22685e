import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openReaper } from '../process/reaper.js';
import { HostGone, type HostLink } from './host-link.js';
import { processHosts, type ProcessHosts } from './process-host.js';

const ENTRY = fileURLToPath(new URL('host-process.fixture.mjs', import.meta.url));
const LIMIT_MS = 10_000;

const reaper = openReaper();
afterAll(() => reaper.close());

let hosts: ProcessHosts;
afterEach(() => hosts.close());

function reusable(rests: 'rests' | 'does not rest') {
  hosts = processHosts(ENTRY, reaper, { args: [rests], reuse: true });
  return hosts;
}

const pidOf = async (link: HostLink) => Number(await link.request({ type: 'read' }, LIMIT_MS));

async function end(link: HostLink) {
  await link.request({ type: 'stop' }, LIMIT_MS);
  await link.kill();
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('processes that may be used again', () => {
  it('serve the next host once they came to rest, also where it is opened meanwhile', async () => {
    const { open } = reusable('rests');
    const first = await open(() => undefined);
    const pid = await pidOf(first);
    const ended = end(first);
    const second = await open(() => undefined);
    await ended;
    expect(await pidOf(second)).toBe(pid);
    await end(second);
    await hosts.close();
    expect(isAlive(pid)).toBe(false);
  });

  it('are ended where something may still be at work in them', async () => {
    const { open } = reusable('does not rest');
    const first = await open(() => undefined);
    const pid = await pidOf(first);
    await end(first);
    expect(isAlive(pid)).toBe(false);
    const second = await open(() => undefined);
    expect(await pidOf(second)).not.toBe(pid);
    await second.kill();
  });

  it('are ended where nobody asked them to stop', async () => {
    const { open } = reusable('rests');
    const link = await open(() => undefined);
    const pid = await pidOf(link);
    await link.kill();
    expect(isAlive(pid)).toBe(false);
  });

  it('serve one host at a time', async () => {
    const { open } = reusable('rests');
    const links = await Promise.all([open(() => undefined), open(() => undefined)]);
    const [one, other] = await Promise.all(links.map(pidOf));
    expect(one).not.toBe(other);
    await Promise.all(links.map(end));
  });

  it('are not used again when they ended by themselves', async () => {
    const { open } = reusable('rests');
    const first = await open(() => undefined);
    await expect(first.request({ type: 'go' }, LIMIT_MS)).rejects.toThrow(HostGone);
    await first.kill();
    const second = await open(() => undefined);
    expect(await pidOf(second)).toBeGreaterThan(0);
    await end(second);
  });
});
