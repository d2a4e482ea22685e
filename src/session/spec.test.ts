import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSpec } from '../explore/spec/parse-spec.js';
import { runSpec, type SpecEnd } from '../explore/spec/run-spec.js';
import { openReaper } from '../process/reaper.js';
import { findBinaries, linkLibraries } from '../stores/postgres/binaries.js';
import { openPostgres } from '../stores/postgres/server.js';
import type { StoreNamespace, StoreServer } from '../stores/store.js';
import { openSpecServer } from './spec-server.js';

const FOLDER = fileURLToPath(new URL('../explore/spec/specs', import.meta.url));
const SPECS = fs.readdirSync(FOLDER).filter((file) => file.endsWith('.spec'));
/** Have orders that cannot happen, on which the real one hangs for minutes. */
const WITH_IMPOSSIBLE = ['for-update-all-orders.spec', 'skip-locked.spec'];

const reaper = openReaper();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'spec-test-'));
let server: StoreServer;
let env: Readonly<Record<string, string>>;
let tool: string;
beforeAll(async () => {
  const binaries = await findBinaries();
  env = {
    LD_LIBRARY_PATH: path.join(binaries.native, 'lib'),
    ...linkLibraries(binaries, path.join(scratch, 'lib')),
  };
  tool = path.join(binaries.native, 'lib/postgresql/pgxs/src/test/isolation/isolationtester');
  server = await openPostgres({ url: undefined, allowRemote: false, runId: 'spec', connections: 40, reaper });
});
afterAll(async () => {
  await server?.stop();
  reaper.close();
  fs.rmSync(scratch, { recursive: true, force: true });
});

/** PostgreSQL's own isolationtester, from the same package as the server. */
function real(text: string, { address }: StoreNamespace): Promise<{ out: string; said: string }> {
  const { host, port, user, password, database, namespace } = address;
  const words = { host, port, user, password, dbname: database, options: `'-c search_path=${namespace}'` };
  const conninfo = Object.entries(words)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(tool, [conninfo], { env: { ...env, PGAPPNAME: 'isolation' } });
    let [out, said] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    child.on('error', reject);
    child.on('close', () => resolve({ out, said }));
    child.stdin.end(text);
  });
}

async function ours(text: string, { address }: StoreNamespace): Promise<{ out: string; end: SpecEnd }> {
  const spec = parseSpec(text);
  let out = '';
  const opened = await openSpecServer(address, spec.sessions.length);
  const end = await runSpec(spec, opened, { print: (line) => (out += line) });
  await opened.close();
  return { out, end };
}

const read = (file: string) => fs.readFileSync(path.join(FOLDER, file), 'utf8');

describe('a spec', () => {
  it('has at least twenty of its kind here', () => {
    expect(SPECS.length).toBeGreaterThanOrEqual(20);
  });

  it.each(SPECS.filter((file) => !WITH_IMPOSSIBLE.includes(file)))(
    '%s prints what the real isolationtester prints',
    async (file) => {
      const text = read(file);
      const [one, other] = await Promise.all([server.namespace(), server.namespace()]);
      const expected = await real(text, one);
      const { out, end } = await ours(text, other);
      expect(out).toBe(expected.out);
      expect(expected.said).toBe('');
      expect(end.problems).toEqual([]);
      expect(end.ran).toBeGreaterThan(0);
      await Promise.all([one.drop(), other.drop()]);
    },
  );

  it.each(WITH_IMPOSSIBLE)('%s is run in every order that can happen, and in no other', async (file) => {
    const text = read(file);
    const [one, other] = await Promise.all([server.namespace(), server.namespace()]);
    const { out, end } = await ours(text, other);
    const orders = [...out.matchAll(/^starting permutation: (.*)$/gm)].map(([, order]) => order ?? '');
    const { sessions } = parseSpec(text);
    const [steps, others] = sessions.map((session) => session.steps.length);
    expect(orders.length + end.impossible).toBe(choose(steps! + others!, steps!));
    expect(end).toMatchObject({ ran: orders.length, problems: [] });
    const named = `${text}\n${orders.map((order) => `permutation ${order}`).join('\n')}\n`;
    expect(out).toBe((await real(named, one)).out);
    await Promise.all([one.drop(), other.drop()]);
  });

  it('with a permutation that cannot happen says so, and goes on with the next', async () => {
    const text = `
      setup { create table t (id int primary key); insert into t values (1); }
      teardown { drop table t; }
      session s1 step l1 { begin; select id from t for update; } step c1 { commit; }
      session s2 step d2 { delete from t; } step s2 { select 2; }
      permutation l1 d2 s2 c1
      permutation l1 d2 c1 s2`;
    const namespace = await server.namespace();
    const spec = parseSpec(text);
    const opened = await openSpecServer(namespace.address, spec.sessions.length);
    let out = '';
    const end = await runSpec(spec, opened, { print: (line) => (out += line), patienceMs: 50 });
    await opened.close();
    expect(end).toEqual({
      ran: 1,
      impossible: 1,
      problems: ['permutation l1 d2 s2 c1: s2 cannot run, since its session still waits'],
    });
    expect(out).toContain('step d2: <... completed>');
    await namespace.drop();
  });
});

function choose(all: number, some: number): number {
  return some === 0 ? 1 : (choose(all - 1, some - 1) * all) / some;
}
