import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import autocannon from 'autocannon';
import { Pool } from 'undici';
import type { Sync } from '../src/http/http-transport.js';
import type { BurstOptions } from './http-engine.js';
import type { Sender } from './sender.js';

/** A way to make N requests at once. */
export interface Technique {
  readonly name: string;
  /** Each burst is a process of its own: there is nothing to warm. */
  readonly isAnew?: true;
  open(url: string, count: number): Promise<Opened>;
}

export interface Opened {
  /** Exactly `count` requests; resolves when all are answered. `costMs`: what it took beyond the hold. */
  burst(): Promise<{ readonly costMs: number }>;
  close(): Promise<void>;
}

const BODY = '{"units":1}';
const HEADERS = { 'content-type': 'application/json' };

export function ours(sender: Sender, sync: Sync): Technique {
  return {
    name: sync === 'single-packet' ? 'race-check, HTTP/2' : 'race-check',
    open: (url, count) => bursts(sender, url, count, { sync }),
  };
}

/**
 * What nothing comes below: our requests, but the server is stopped until all of their ends have been written, so that their
 * spread is what it takes itself to read them.
 */
export function serverStopped(sender: Sender, pid: number): Technique {
  return {
    name: 'server stopped until all is written',
    open: (url, count) => bursts(sender, url, count, { sync: 'auto', decoyPath: false, stopsServer: pid }),
  };
}

async function bursts(sender: Sender, url: string, count: number, options: BurstOptions): Promise<Opened> {
  await sender.open(url, count, options);
  const attempts = [{ f: 'buy', input: null }];
  const simultaneous = Array.from({ length: count }, (_, client) => ({ client, delayNs: 0, attempts }));
  return {
    burst: () => sender.burst(simultaneous),
    close: () => sender.closeBursts(),
  };
}

export const autocannonPeer: Technique = {
  name: 'autocannon',
  open: (url, count) =>
    Promise.resolve({
      burst: () =>
        timed(async () => {
          // It ends on its sample tick: once a second by default.
          const options = { url: `${url}/buy`, connections: count, amount: count, sampleInt: 60 };
          await autocannon({ ...options, method: 'POST', body: BODY, headers: HEADERS });
        }),
      close: () => Promise.resolve(),
    }),
};

export const fetchPeer: Technique = {
  name: 'fetch, Promise.all',
  open: (url, count) =>
    Promise.resolve({
      burst: () =>
        timed(() =>
          all(count, async () => {
            const answer = await fetch(`${url}/buy`, { method: 'POST', body: BODY, headers: HEADERS });
            await answer.text();
          }),
        ),
      close: () => Promise.resolve(),
    }),
};

export const undiciPeer: Technique = {
  name: 'undici Pool',
  open(url, count) {
    const pool = new Pool(url, { connections: count });
    return Promise.resolve({
      burst: () =>
        timed(() =>
          all(count, async () => {
            const request = { path: '/buy', method: 'POST', body: BODY, headers: HEADERS } as const;
            await (await pool.request(request)).body.text();
          }),
        ),
      close: () => pool.close(),
    });
  },
};

/** Nothing where there is no k6. */
export function k6Peer(): Technique | undefined {
  const program = ['k6', path.join(os.homedir(), '.cache/race-check/bin/k6')].find(
    (one) => spawnSync(one, ['version']).status === 0,
  );
  if (program === undefined) return undefined;
  return {
    name: 'k6, per-vu-iterations',
    isAnew: true,
    open(url, count) {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'race-check-k6-'));
      const script = path.join(folder, 'burst.js');
      fs.writeFileSync(script, k6Script(url, count));
      return Promise.resolve({
        burst: () =>
          timed(async () => {
            const child = spawn(program, ['run', '--quiet', '--no-usage-report', script], {
              stdio: 'ignore',
              env: { ...process.env, K6_NO_USAGE_REPORT: 'true', K6_NO_SUMMARY: 'true' },
            });
            await once(child, 'close');
          }),
        close: () => Promise.resolve(fs.rmSync(folder, { recursive: true })),
      });
    },
  };
}

function k6Script(url: string, count: number): string {
  const scenario = { executor: 'per-vu-iterations', vus: count, iterations: 1 };
  return `import http from 'k6/http';
export const options = { scenarios: { burst: ${JSON.stringify(scenario)} } };
export default () => http.post('${url}/buy', '${BODY}', { headers: ${JSON.stringify(HEADERS)} });
`;
}

async function timed(burst: () => Promise<unknown>): Promise<{ costMs: number }> {
  const startedAt = performance.now();
  await burst();
  return { costMs: performance.now() - startedAt };
}

function all(count: number, one: () => Promise<void>): Promise<unknown> {
  return Promise.all(Array.from({ length: count }, one));
}
