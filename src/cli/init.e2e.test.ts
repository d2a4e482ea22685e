import { copyFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect } from 'vitest';
import { it, judged, type UserFolder } from './fixtures/user-folder.fixture.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONTRACTS = ['checkout', 'bookings', 'customers', 'orders', 'seats', 'own'];

/** Each looks when all have come, and then takes a while. */
const VOUCHERS = `
import http from 'node:http';
let uses = 0;
let redemptions = [];
const text = async (request) => { let body = ''; for await (const part of request) body += part; return body; };
http.createServer(async (request, response) => {
  const body = JSON.parse((await text(request)) || '{}');
  const [, code] = /^.api.vouchers.(.*).redemptions$/.exec(request.url) ?? [];
  if (request.url === '/test/reset') [uses, redemptions] = [body.uses, []];
  else if (code !== undefined) {
    const seen = redemptions.length;
    await new Promise((done) => setTimeout(done, 300));
    if (seen >= uses) return response.writeHead(409).end();
    redemptions.push({ code, customer: body.customer });
    return response.writeHead(201).end();
  }
  response.end(JSON.stringify({ redemptions }));
}).listen(process.env.PORT, '127.0.0.1');
`;

/** What a compiler says of these files, where race-check is installed: each with the file's name before it. */
function complaints(folder: UserFolder, files: readonly string[]): readonly string[] {
  const program = ts.createProgram(
    files.map((file) => path.join(folder.path, file)),
    {
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      typeRoots: [path.join(ROOT, 'node_modules/@types')],
      types: ['node'],
      paths: {
        'race-check': [path.join(ROOT, 'dist/src/index.d.ts')],
        'race-check/scenarios/*': [path.join(ROOT, 'dist/scenarios/*.d.ts')],
      },
    },
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) =>
        `${path.basename(file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}

describe.concurrent('race-check init', { timeout: 120_000 }, () => {
  it('writes a file that runs: a shop whose command it is told', async ({ folder }) => {
    copyFileSync(path.join(ROOT, 'examples/http-api/server.mjs'), path.join(folder.path, 'server.mjs'));
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder.path, 'node_modules'));
    const words = ['--contract', 'checkout', '--name', 'shop', '--store', 'postgres', '--yes'];
    const command = 'TEST_ROUTES=on LOCKING=off node server.mjs';
    const { code, stdout } = await folder.run(['init', ...words, '--command', command]);
    expect(code).toBe(0);
    expect(stdout).toContain('race-check.config.ts is written');
    expect(stdout).toContain('\n  race-check flash-sale --target shop\n');
    const { report } = await folder.report(['flash-sale', '--target', 'shop', '--trials', '9']);
    expect(judged(report, 'http/shop')).toMatchObject({ verdict: 'violated' });
    expect(folder.left()).toEqual([]);
  });

  it('writes for each contract a file that type-checks, and that an own mistake in does not', async ({
    folder,
  }) => {
    const files: string[] = [];
    for (const contract of CONTRACTS) {
      const file = `${contract}.config.ts`;
      const words =
        contract === 'seats' ? ['--command', "it's 'here'"] : ['--base-url', 'http://[::1]:80/v1'];
      const { code } = await folder.run(['init', '--contract', contract, '--file', file, ...words]);
      expect(code).toBe(0);
      files.push(file);
    }
    folder.write('wrong.ts', folder.read('checkout.config.ts').replace("'ordered'", "'bought'"));
    const [first, ...others] = complaints(folder, [...files, 'wrong.ts']);
    expect(others).toEqual([]);
    expect(first).toMatch(/^wrong\.ts: .*"bought"/);
  });

  it('writes a contract, a scenario and a checker of one’s own that catch a race', async ({ folder }) => {
    folder.write('vouchers.mjs', VOUCHERS);
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder.path, 'node_modules'));
    const words = ['--contract', 'own', '--name', 'shop', '--command', 'node vouchers.mjs', '--yes'];
    const { stdout } = await folder.run(['init', ...words]);
    expect(stdout).toContain('\n  race-check redeem-at-once --target shop\n');
    const { report, code } = await folder.report(['redeem-at-once', '--clients', '6', '--uses', '2']);
    const { verdict, findings } = judged(report, 'http/shop');
    expect(findings.map(({ anomaly }) => anomaly)).toEqual(['redeemed-too-often']);
    expect([verdict, code]).toEqual(['violated', 1]);
    const config = folder.read('race-check.config.ts');
    folder.write('race-check.config.ts', config.replace('// control:', 'control:'));
    const controlled = await folder.run(['redeem-at-once', '--trials', '1', '--quiet', '--no-report']);
    expect(controlled.stdout).toMatch(/http\/shop-control[^]* ✘ violated/);
    expect(folder.left()).toEqual([]);
  });

  it('asks nothing where nobody can answer, and writes over nothing unless it is told to', async ({
    folder,
  }) => {
    expect((await folder.run(['init'])).code).toBe(0);
    const first = folder.read('race-check.config.ts');
    expect(first).toContain("baseUrl: 'http://127.0.0.1:3000'");
    const again = await folder.run(['init', '--contract', 'seats']);
    expect(again).toMatchObject({ code: 4, stdout: '' });
    expect(again.stderr).toContain('race-check.config.ts is there already');
    expect(folder.read('race-check.config.ts')).toBe(first);
    expect((await folder.run(['init', '--contract', 'seats', '--force'])).code).toBe(0);
    expect(folder.read('race-check.config.ts')).toContain('bookSeat');
  });

  it('tells of --allow-remote where the API is not on this machine', async ({ folder }) => {
    const { stdout } = await folder.run([
      'init',
      '--contract',
      'seats',
      '--base-url',
      'http://192.0.2.2:3000',
    ]);
    const command = 'race-check last-seat --target my-api --allow-remote';
    expect(stdout).toContain(`\n  ${command}\n`);
    expect(folder.read('race-check.config.ts')).toContain(`// ${command} `);
    const refused = await folder.run(['last-seat', '--target', 'my-api']);
    expect(refused.stderr).toContain(
      'The API http://192.0.2.2:3000 is not on this machine. Pass --allow-remote',
    );
    expect(refused).toMatchObject({ code: 4, stdout: '' });
  });

  it('names every mistake in its flags, and writes nothing', async ({ folder }) => {
    const words = ['--contract', 'chekout', '--name', 'My API', '--base-url', 'localhost:3000'];
    const { code, stderr } = await folder.run(['init', ...words, '--store', 'postgres,pg']);
    expect(code).toBe(4);
    expect(stderr).toContain('for --contract, got "chekout", did you mean "checkout"?');
    expect(stderr).toContain('for --name, got "My API"');
    expect(stderr).toContain('--base-url: it begins with "localhost:"');
    expect(stderr).toContain('expected some of postgres, mongodb, redis for --store, got "pg"');
    expect(stderr).toContain('expected a command to give the stores to');
    expect(folder.has('race-check.config.ts')).toBe(false);
  });
});
