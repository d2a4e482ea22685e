import { describe, expect } from 'vitest';
import { it, judged, type UserFolder } from './fixtures/user-folder.fixture.js';

/** Puts a shop of the user's own into the folder, whose checkout is this TypeScript. */
function writeShop(folder: UserFolder, checkout: string, top = ''): void {
  folder.copy('shop.fixture.ts');
  folder.write(
    'my.target.ts',
    `import { sell, shopTarget } from './shop.js';
${top}
export default shopTarget('mine', async (shop, order, context) => {
  ${checkout}
});
`,
  );
}

const MINE = ['flash-sale', '--target', './my.target.ts', '--trials', '2'];

describe.concurrent('the exit code', { timeout: 120_000 }, () => {
  it('is 0 when the target holds', async ({ folder }) => {
    writeShop(folder, 'await context.sleep(1); return sell(shop, order);');
    const { code, report } = await folder.report(MINE);
    expect(report.verdict).toBe('holds');
    expect(code).toBe(0);
  });

  it('is 1 when the target is violated, also for a control that was asked for by name', async ({
    folder,
  }) => {
    const { code, report } = await folder.report(['flash-sale', '--target', 'postgres/naive']);
    expect(judged(report, 'postgres/naive')).toMatchObject({ verdict: 'violated', role: 'named' });
    expect(report.targets).toHaveLength(1);
    expect(code).toBe(1);
    expect(folder.left()).toEqual([]);
  });

  it('is the worst of several targets', async ({ folder }) => {
    const words = ['flash-sale', '--target', 'memory/mutex,memory/naive', '--trials', '2'];
    expect((await folder.report(words)).code).toBe(1);
  });

  it.for([
    ['a URL', ['compare', 'last-seat', '--store', 'memory,redis']],
    ['a target', ['last-seat', '--target', 'memory/mutex,redis/lua']],
  ] as const)(
    'is 3 when a server that %s names cannot be had, whatever else was judged',
    async ([, words], { folder }) => {
      const more = ['--trials', '2', '--redis-url', 'redis://127.0.0.1:1/'];
      const { code, report } = await folder.report([...words, ...more]);
      expect(judged(report, 'memory/mutex').verdict).toBe('holds');
      expect(report.targets.find(({ id }) => id === 'redis/lua')?.outcome).toBe('skipped');
      expect(report.plan.required).toEqual(['redis']);
      expect(code).toBe(3);
    },
  );

  it('is 2 when nothing overlapped', async ({ folder }) => {
    writeShop(folder, 'return sell(shop, order);');
    const { code, report } = await folder.report(MINE);
    expect(judged(report, 'memory/mine').reasons.join()).toContain('nothing overlapped');
    expect(code).toBe(2);
  });

  it('is 2 when the scenario has no control for the store', async ({ folder }) => {
    folder.copy('draw.scenario.fixture.ts', 'draw-target.fixture.js', 'draw-atomic.target.fixture.js');
    const scenario = folder.read('draw.scenario.ts').replace(/controls: \{[^]*?\n {2}\},/, 'controls: {},');
    folder.write('draw.scenario.ts', scenario);
    const { code, report } = await folder.report(['./draw.scenario.ts', '--trials', '2']);
    expect(judged(report, 'memory/atomic').reasons.join()).toContain('no control');
    expect(code).toBe(2);
  });

  it('is 2 when no operation is answered before its time-out', async ({ folder }) => {
    writeShop(folder, 'return new Promise(() => undefined);');
    const { code, report } = await folder.report([...MINE, '--timeout', '100ms']);
    expect(judged(report, 'memory/mine')).toMatchObject({
      verdict: 'inconclusive',
      operations: { ok: 0, fail: 0 },
      errors: { timeout: judged(report, 'memory/mine').operations.info },
    });
    expect(code).toBe(2);
    expect(folder.left()).toEqual([]);
  });

  it('is 2 when the process of a target is caught in an endless loop, which is killed', async ({
    folder,
  }) => {
    writeShop(
      folder,
      `await context.sleep(1);
  if (order.buyer === 0) for (;;);
  return sell(shop, order);`,
    );
    const { code, report } = await folder.report([
      ...['flash-sale', '--target', './my.target.ts', '--trials', '1'],
      ...['--timeout', '100ms'],
    ]);
    const mine = judged(report, 'memory/mine');
    expect(mine.verdict).toBe('inconclusive');
    expect(mine.reasons.join()).toContain('the target did not answer "go" within 5.1 s and was killed');
    expect(mine.reasons.join()).toContain('the final state was lost with the process that held it');
    expect(mine.findings).toEqual([]);
    expect(code).toBe(2);
    expect(folder.left()).toEqual([]);
  });

  it('is 2 when a target ends its own process, whatever was answered until then', async ({ folder }) => {
    writeShop(
      folder,
      `await context.sleep(1);
  if (shop.orders.length === 5) { console.error('out of paper'); process.exit(0); }
  return sell(shop, order);`,
    );
    const { code, report } = await folder.report([...MINE, '--trials', '9']);
    const mine = judged(report, 'memory/mine');
    expect(mine.verdict).toBe('inconclusive');
    expect(mine.trials.run).toBe(3);
    expect(mine.operations.ok + mine.operations.info).toBe(3 * 33);
    expect(mine.reasons.join()).toContain(
      "the target's process exited with code 0; it printed:\nout of paper",
    );
    expect(code).toBe(2);
  });

  it('is 3 when the target has a TypeError, and the message says where', async ({ folder }) => {
    writeShop(
      folder,
      `await context.sleep(1);
  return (order as any).total();`,
    );
    const { code, stdout } = await folder.run([...MINE, '--quiet', '--no-report'], { COLUMNS: '300' });
    expect(stdout).toMatch(
      /memory\/mine could not run: order\.total is not a function \(\S+my\.target\.ts:\d+\)/,
    );
    expect(code).toBe(3);
  });

  it('is 3 when the target answers in another shape than its contract', async ({ folder }) => {
    writeShop(
      folder,
      `await context.sleep(1);
  return 'sold' as any;`,
    );
    const { code, stdout } = await folder.run([...MINE, '--quiet', '--no-report'], { COLUMNS: '300' });
    expect(stdout).toContain('could not run: the answer of checkout does not fit the contract "checkout"');
    expect(stdout).toContain('It was: "sold"');
    expect(code).toBe(3);
  });

  it.for([
    ['an answer', `return { ...sell(shop, order), at: 10n } as any;`, 'The answer of checkout'],
    ['a note', `context.note('read', { stock: 10n } as any); return sell(shop, order);`, 'A note "read"'],
    ['a final state', `shop.orders.push(10n as any); return sell(shop, order);`, 'What read() gave'],
  ])('is 3 when %s of a target is no JSON', async ([, body, what], { folder }) => {
    writeShop(folder, `await context.sleep(1);\n  ${body}`);
    const { code, stdout } = await folder.run([...MINE, '--quiet', '--no-report'], { COLUMNS: '300' });
    expect(stdout).toContain(
      `memory/mine could not run: ${what} is no plain JSON: Do not know how to serialize a BigInt`,
    );
    expect(code).toBe(3);
  });

  it.for([
    ['a syntax error', `session.query('selekt 1')`, 'syntax error at or near "selekt"'],
    ['an unknown table', `session.query('select * from produkt')`, 'relation "produkt" does not exist'],
  ])('is 3 when the SQL of a target has %s', async ([, statement, words], { folder }) => {
    folder.copy(
      'draw.scenario.fixture.ts',
      'draw-on-postgres.fixture.ts',
      'draw-postgres-naive.target.fixture.ts',
    );
    folder.write(
      'wrong.target.ts',
      `import { drawOnPostgres } from './draw-on-postgres.js';
export default drawOnPostgres('wrong', async (session) => {
  await ${statement};
  return 1;
});
`,
    );
    const { code, report } = await folder.report(['./draw.scenario.ts', '--target', './wrong.target.ts']);
    expect(report.targets[0]).toMatchObject({ id: 'postgres/wrong', outcome: 'error' });
    expect(JSON.stringify(report.targets[0])).toContain(JSON.stringify(words).slice(1, -1));
    expect(JSON.stringify(report.targets[0])).toContain('wrong.target.ts:3');
    expect(code).toBe(3);
    expect(folder.left()).toEqual([]);
  });

  it.for<readonly [string, string, RegExp]>([
    [
      'throws',
      `throw new Error('no licence');`,
      /my\.target\.ts could not be loaded: no licence \(.*my\.target\.ts:2\)/,
    ],
    ['is no code', 'export default { const };', /my\.target\.ts could not be loaded: ParseError: /],
    [
      'imports what is not there',
      `import 'not-installed';`,
      /my\.target\.ts could not be loaded: Cannot find module 'not-installed' \(.*:2\)/,
    ],
    ['ends the process', 'process.exit(0);', /the process was ended with code 0 before there was a result/],
    [
      'leaves an error that nobody catches',
      `void Promise.reject(new Error('left behind'));\nawait new Promise((resolve) => setTimeout(resolve, 50));`,
      /an error that nobody caught: Error: left behind/,
    ],
  ])('is 3 when the file of a target %s', async ([, top, words], { folder }) => {
    writeShop(folder, 'return sell(shop, order);', top);
    const { code, stdout, stderr } = await folder.run(MINE);
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain('should not have happened');
    expect(stdout).toBe('');
    expect(code).toBe(3);
    expect(folder.left()).toEqual([]);
  });

  it('comes also when the file of a target leaves a timer behind, which would run for ever', async ({
    folder,
  }) => {
    writeShop(
      folder,
      'await context.sleep(1); return sell(shop, order);',
      'setInterval(() => undefined, 1_000);',
    );
    expect((await folder.report(MINE)).code).toBe(0);
  });

  it('is 0 for a safe target that gives up, and 1 with --strict', async ({ folder }) => {
    const words = ['flash-sale', '--target', 'postgres/repeatable-read', '--trials', '2'];
    const lenient = await folder.report(words);
    const strict = await folder.report([...words, '--strict']);
    for (const { report } of [lenient, strict]) {
      const target = judged(report, 'postgres/repeatable-read');
      expect(target.verdict).toBe('holds');
      expect(target.errors['40001']).toBeGreaterThan(0);
      expect(target.gaveUp?.failed).toBe(target.errors['40001']);
    }
    expect([lenient.code, strict.code]).toEqual([0, 1]);
  });

  it('is 0 for a safe target that throws in each trial, which is said beside its verdict, and 1 with --strict', async ({
    folder,
  }) => {
    writeShop(
      folder,
      `await context.sleep(1);
  if (order.buyer === 3) throw new Error('the till is closed');
  return sell(shop, order);`,
    );
    const words = ['flash-sale', '--target', './my.target.ts', '--trials', '12', '--no-report', '--quiet'];
    const lenient = await folder.run(words, { COLUMNS: '300' });
    expect(lenient.stdout).toMatch(/memory\/mine +✔ holds, 12 of 396 unclear +0 of 12/);
    expect(lenient.stdout).toContain('the first said: the till is closed.');
    const strict = await folder.run([...words, '--strict'], { COLUMNS: '300' });
    expect([lenient.code, strict.code]).toEqual([0, 1]);
  });

  it('is 0 for a safe target that leaves gaps, and 1 with --strict', async ({ folder }) => {
    const words = ['failed-creation', '--target', 'postgres/sequence', '--clients', '12', '--trials', '3'];
    const lenient = await folder.report(words);
    const strict = await folder.report([...words, '--strict']);
    for (const { report } of [lenient, strict]) {
      const { verdict, findings } = judged(report, 'postgres/sequence');
      expect(verdict).toBe('holds');
      expect(findings.map(({ anomaly, grade }) => [anomaly, grade])).toContainEqual([
        'number-gap',
        'interesting',
      ]);
    }
    expect([lenient.code, strict.code]).toEqual([0, 1]);
  });
});
