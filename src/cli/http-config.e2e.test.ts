import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { canMakeCertificates, makeCertificate } from '../stores/certificate.fixture.js';
import { descendantsOf, isRunning, until } from './fixtures/processes.fixture.js';
import { it, judged, type UserFolder } from './fixtures/user-folder.fixture.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLE = path.join(ROOT, 'examples/http-api');

/** The example as a user has it, with what is replaced in its config. */
function openShop(folder: UserFolder, ...changes: readonly [string | RegExp, string][]): void {
  const config = readFileSync(path.join(EXAMPLE, 'race-check.config.ts'), 'utf8');
  const changed = changes.reduce((text, [from, to]) => {
    const next = text.replace(from, to);
    if (next === text) throw new Error(`the example has no ${String(from)}`);
    return next;
  }, config);
  folder.write('race-check.config.ts', changed);
  folder.write('server.mjs', readFileSync(path.join(EXAMPLE, 'server.mjs'), 'utf8'));
  // What a user installs.
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder.path, 'node_modules'));
}

/**
 * Has each order of the example take 100 ms before it looks. The racy server of ours that vouches for it then has a window of at
 * least 50 ms: on a busy machine two of its requests may be further apart than a fraction of a millisecond, in each of six trials.
 */
function slowOrders(folder: UserFolder): void {
  const at = 'const client = await pool.connect();';
  const server = folder.read('server.mjs');
  expect(server).toContain(at);
  folder.write(
    'server.mjs',
    server.replace(at, `await new Promise((done) => setTimeout(done, 100));\n  ${at}`),
  );
}

const ENV = "env: { TEST_ROUTES: 'on' }";
const skip = process.platform !== 'linux';

test('the guide shows the very example', () => {
  const guide = readFileSync(path.join(ROOT, 'docs/http-targets.md'), 'utf8');
  const [, shown] =
    /<!-- examples\/http-api\/race-check\.config\.ts -->\n\n```ts\n([^]*?)```/.exec(guide) ?? [];
  expect(shown).toBe(readFileSync(path.join(EXAMPLE, 'race-check.config.ts'), 'utf8'));
});

describe.concurrent('an API in a race-check.config.ts', { timeout: 120_000, skip }, () => {
  it('is started with a database, holds, and its control is the same command without its locks', async ({
    folder,
  }) => {
    openShop(folder);
    const { code, report } = await folder.report(['flash-sale', '--target', 'my-shop', '--trials', '5']);
    expect(report.targets.map(({ id, role }) => `${id} ${role}`)).toEqual([
      'http/my-shop named',
      'http/my-shop-control control',
    ]);
    expect(judged(report, 'http/my-shop')).toMatchObject({
      verdict: 'holds',
      met: true,
      tally: { ordered: { min: 20, max: 20 }, refused: { min: 13, max: 13 }, left: { min: 0, max: 0 } },
      control: { target: 'http/my-shop-control', caught: true, shows: ['oversold'] },
    });
    expect(code).toBe(0);
    expect(folder.left()).toEqual([]);
    // Nothing of the user's was touched, and nothing put beside it.
    expect(readdirSync(folder.path).sort()).toEqual(['node_modules', 'race-check.config.ts', 'server.mjs']);
  });

  it('is caught without its locks, under its whole id, in another scenario of its contract too', async ({
    folder,
  }) => {
    openShop(folder, [ENV, "env: { TEST_ROUTES: 'on', LOCKING: 'off' }"]);
    for (const scenario of ['flash-sale', 'last-unit']) {
      const words = [scenario, '--target', 'http/my-shop', '--trials', '20'];
      const { code, report } = await folder.report(words);
      const { verdict, findings } = judged(report, 'http/my-shop');
      expect(verdict).toBe('violated');
      expect(findings.map(({ anomaly }) => anomaly)).toContain('oversold');
      expect(code).toBe(1);
    }
  });

  it('is vouched for by a racy server of ours where it names no control', async ({ folder }) => {
    openShop(folder, [/control: .*\n/, '\n']);
    slowOrders(folder);
    const { code, report } = await folder.report(['flash-sale', '--target', 'my-shop', '--trials', '6']);
    const { verdict, reasons, control } = judged(report, 'http/my-shop');
    expect({ verdict, reasons, control }).toMatchObject({
      verdict: 'holds',
      reasons: [],
      control: { target: 'http/reference-server', caught: true },
    });
    expect(code).toBe(0);
    expect(folder.left()).toEqual([]);
  });

  for (const speaks of ['HTTP/2', 'HTTP/1.1'] as const) {
    it.skipIf(!canMakeCertificates)(
      `that is started and speaks ${speaks} inside TLS is vouched for in it`,
      async ({ folder }) => {
        makeCertificate(folder.path);
        openShop(
          folder,
          [/control: .*\n/, '\n'],
          ['`http://127.0.0.1:${port}`', '`https://127.0.0.1:${port}`, insecure: true'],
        );
        slowOrders(folder);
        const [module, create] =
          speaks === 'HTTP/2' ? ['http2', 'createSecureServer'] : ['https', 'createServer'];
        const certificate = "{ cert: fs.readFileSync('cert.pem'), key: fs.readFileSync('key.pem') }";
        const server = folder
          .read('server.mjs')
          .replace("from 'node:http';", `from 'node:${module}';\nimport fs from 'node:fs';`)
          .replace('http.createServer(', `http.${create}(${certificate}, `);
        folder.write('server.mjs', server);
        const { report, stderr } = await folder.report([
          'flash-sale',
          '--target',
          'my-shop',
          '--trials',
          '2',
        ]);
        const { verdict, control } = judged(report, 'http/my-shop');
        expect(verdict, stderr).toBe('holds');
        expect(control?.description).toContain('reference server, not your code');
        expect(control?.description?.includes('over HTTP/2')).toBe(speaks === 'HTTP/2');
      },
    );
  }

  it('that never gets ready cannot be run, with what it printed', async ({ folder }) => {
    openShop(
      folder,
      ["command: 'node server.mjs'", "command: 'echo no licence; sleep 600'"],
      ["{ path: '/health' }", "{ path: '/health', withinMs: 3_000 }"],
    );
    const { code, report } = await folder.report(['flash-sale', '--target', 'my-shop', '--trials', '2']);
    const [row] = report.targets;
    expect(row).toMatchObject({ outcome: 'error' });
    const { message } = row as { message: string };
    expect(message).toContain('was not ready within 3 s');
    expect(message).toContain('no licence');
    expect(code).toBe(3);
    expect(folder.left()).toEqual([]);
  });

  it('that ends at once says so, and its log is kept without the password of its database', async ({
    folder,
  }) => {
    openShop(
      folder,
      ["'node server.mjs'", `'echo "db $DATABASE_URL token $API_TOKEN"; exit 7'`],
      [ENV, "env: { API_TOKEN: 'tell-nobody' }"],
    );
    const { code, stdout, stderr } = await folder.run(['flash-sale', '--target', 'my-shop', '--trials', '2']);
    expect(code).toBe(3);
    expect(stdout).toContain('exited with code 7 before it was ready');
    const run = readdirSync(path.join(folder.path, 'reports/flash-sale'))[0]!;
    const log = folder.read(`reports/flash-sale/${run}/server-logs/http-my-shop.log`);
    expect(log).toMatch(/^db postgres:\/\/\w+:\*\*\*@127\.0\.0\.1:\d+\/.* token \*\*\*$/m);
    const report = folder.read(`reports/flash-sale/${run}/report.json`);
    for (const text of [stdout, stderr, log, report]) expect(text).not.toContain('tell-nobody');
    expect(folder.left()).toEqual([]);
  });

  it('that dies in the middle says how, and what it printed', async ({ folder }) => {
    openShop(folder);
    const dying = "if (globalThis.sold++ > 40) { console.log('out of memory'); process.exit(134); }";
    const server = folder
      .read('server.mjs')
      .replace('async function checkout({ buyer, items }) {', `$&\n  ${dying}`);
    folder.write('server.mjs', `globalThis.sold = 0;\n${server}`);
    const words = ['flash-sale', '--target', 'my-shop', '--trials', '9'];
    const { code, report } = await folder.report(words);
    const { verdict, reasons } = judged(report, 'http/my-shop');
    expect(verdict).toBe('inconclusive');
    expect(reasons.join()).toMatch(
      /the http server died: "node server\.mjs" exited with code 134; it printed\n[^]*out of memory/,
    );
    expect(code).toBe(2);
    expect(folder.left()).toEqual([]);
  });

  it('is started anew, on a fresh database, where a request of its may still be at work', async ({
    folder,
  }) => {
    openShop(folder);
    const hanging = `
  const { existsSync, writeFileSync } = await import('node:fs');
  if (process.env.LOCKING !== 'off' && !existsSync('hung')) {
    writeFileSync('hung', process.env.DATABASE_URL);
    await new Promise(() => undefined);
  }
  if (existsSync('hung')) writeFileSync('after', process.env.DATABASE_URL);`;
    const server = folder
      .read('server.mjs')
      .replace('async function checkout({ buyer, items }) {', `$&${hanging}`);
    folder.write('server.mjs', server);
    const words = ['flash-sale', '--target', 'my-shop', '--trials', '2', '--timeout', '6s'];
    const { report } = await folder.report(words);
    const { verdict, reasons, trials, operations } = judged(report, 'http/my-shop');
    expect({ verdict, trials }).toMatchObject({
      verdict: 'inconclusive',
      // One whose buyers do not meet is made up for.
      trials: { counted: 2, undecided: 1, violated: 0 },
    });
    expect(operations.info).toBeGreaterThan(0);
    expect(reasons.join()).toMatch(
      /1 trial proves nothing: .*may still be at work in the API, and write: .*\(settle\)/,
    );
    expect(folder.read('after')).not.toBe(folder.read('hung'));
    expect(folder.left()).toEqual([]);
  });

  it('cannot be tried where the point is to stall a client inside of it, and is not compared unasked', async ({
    folder,
  }) => {
    const asked = await folder.run(['stalled-holder', '--target', 'http/naive']);
    expect(asked).toMatchObject({ code: 4, stdout: '' });
    expect(asked.stderr).toContain('nothing reaches into an API');
    const words = ['compare', 'last-unit', '--trials', '2', '--clients', '4'];
    const compared = await folder.report([...words, '--store', 'http']);
    // Where two trials do not catch the naive one, a server of ours is asked as well.
    const named = compared.report.targets.filter(({ role }) => role === 'named');
    expect(named.map(({ id }) => id)).toEqual(['http/naive', 'http/for-update']);
  });

  it.for(['SIGKILL', 'SIGINT'] as const)('leaves no server behind after %s', async (signal, { folder }) => {
    // A child of a child of a shell, as with npm start.
    openShop(folder, ["'node server.mjs'", '\'sh -c "node server.mjs; true" & wait\'']);
    const running = await folder.start(['flash-sale', '--target', 'my-shop', '--trials', '100000']);
    await running.says('http/my-shop: trial');
    const started = descendantsOf(running.pid);
    expect(started.filter(({ words }) => words.includes('server.mjs'))).not.toEqual([]);
    running.child.kill(signal);
    const { code } = await running.ended;
    expect(code).toBe(signal === 'SIGINT' ? 130 : 137);
    await until('all that was started has ended', () => started.every((one) => !isRunning(one)));
    await until('nothing is left', () => folder.left().length === 0);
  });
});
