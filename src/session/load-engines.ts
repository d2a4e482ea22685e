import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../process/find-program.js';
import { cacheFolder } from '../stores/cache-folder.js';

/** A load engine of this machine, or the one command that gets it. */
export type LoadEngine =
  | { readonly name: string; readonly found: true; readonly version: string; readonly where: string }
  | { readonly name: string; readonly found: false; readonly remedy: string };

const VERSION_LIMIT_MS = 10_000;

export function findLoadEngines(): Promise<readonly LoadEngine[]> {
  return Promise.all([findK6(), findAutocannon()]);
}

export async function findK6(): Promise<LoadEngine> {
  const where = findProgram('k6', [path.join(cacheFolder(), 'bin'), path.join(os.homedir(), 'go', 'bin')]);
  const missing = { name: 'k6', found: false, remedy: 'go install go.k6.io/k6@v1.3.0' } as const;
  if (where === undefined) return missing;
  try {
    const { stdout } = await promisify(execFile)(where, ['version'], { timeout: VERSION_LIMIT_MS });
    return {
      name: 'k6',
      found: true,
      version: /v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? stdout.trim(),
      where,
    };
  } catch {
    return missing;
  }
}

async function findAutocannon(): Promise<LoadEngine> {
  try {
    const where = createRequire(import.meta.url).resolve('autocannon/package.json');
    const { version } = JSON.parse(await readFile(where, 'utf8')) as { readonly version: string };
    return { name: 'autocannon', found: true, version, where: path.dirname(where) };
  } catch {
    return { name: 'autocannon', found: false, remedy: 'npm install autocannon' };
  }
}
