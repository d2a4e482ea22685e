import { describe, expect } from 'vitest';
import { exploreReportSchema } from '../report/explore-report.js';
import { descendantsOf } from './fixtures/processes.fixture.js';
import { it, type UserFolder } from './fixtures/user-folder.fixture.js';

/** A target whose draw is this code. */
function write(folder: UserFolder, strategy: string, body: string): readonly string[] {
  folder.copy(
    'draw.scenario.fixture.ts',
    'draw-on-postgres.fixture.ts',
    'draw-locked.target.fixture.ts',
    'draw-postgres-naive.target.fixture.ts',
  );
  folder.write(
    `${strategy}.target.ts`,
    `import { drawOnPostgres } from './draw-on-postgres.js';
let calls = 0;
export default drawOnPostgres('${strategy}', async (session, context, by) => {
  calls += 1;
  ${body}
  return by;
});
`,
  );
  return ['explore', './draw.scenario.ts', '--target', `./${strategy}.target.ts`, '--timeout', '1s'];
}

async function reasonsOf(folder: UserFolder, words: readonly string[]) {
  const { code, stdout, stderr } = await folder.run([...words, '--json', '--no-report', '--quiet']);
  if (!stdout.startsWith('{')) throw new Error(`no report: ${stdout}${stderr}`);
  const [target] = exploreReportSchema.parse(JSON.parse(stdout)).targets;
  if (target?.outcome !== 'explored') throw new Error(`not explored: ${JSON.stringify(target)}`);
  expect(target.verdict).toBe('inconclusive');
  expect(code).toBe(2);
  expect(folder.left()).toEqual([]);
  return target.reasons.join('; ');
}

describe.concurrent('an exploration that cannot go on', { timeout: 120_000 }, () => {
  it('says which statement never ended', async ({ folder }) => {
    const words = write(folder, 'asleep', `await session.query('select pg_sleep(600)');`);
    expect(await reasonsOf(folder, words)).toMatch(
      /^the store did not answer client 0 \(select pg_sleep\('?600'?\)\) within 1000 ms/,
    );
  });

  it('says who never came to a gate', async ({ folder }) => {
    const words = write(folder, 'lost', `await new Promise(() => undefined);`);
    expect(await reasonsOf(folder, words)).toContain('neither spoke to the store nor came to its end');
  });

  it('kills code that never gives back control', async ({ folder }) => {
    const words = write(folder, 'endless', `await session.query('select 1'); for (;;);`);
    expect(await reasonsOf(folder, words)).toContain('did not give back control for');
  });

  it('says whose connection was lost, and where', async ({ folder }) => {
    const words = write(
      folder,
      'cut',
      `await session.query('select pg_terminate_backend(pg_backend_pid())');`,
    );
    expect(await reasonsOf(folder, words)).toMatch(/connection of client 0 was lost at step 1/);
  });

  it('says where the code does not do the same again', async ({ folder }) => {
    const words = write(
      folder,
      'fickle',
      `await session.query('update counter set next = next + 1');
      if (calls % 3 === 0) await session.query('select next from counter');`,
    );
    expect(await reasonsOf(folder, words)).toMatch(/^at step \d+ client \d: .* was expected, and .* came$/);
  });

  it('says that the server died', async ({ folder }) => {
    const words = write(
      folder,
      'slow',
      `for (let i = 0; i < 6; i += 1) await session.query('update counter set next = ' + i);`,
    );
    const run = await folder.start([...words, '--no-report', '--clients', '4']);
    await run.says('schedule ');
    const server = descendantsOf(run.pid).find((one) => one.words.includes('-D'));
    expect(server).toBeDefined();
    process.kill(server!.pid, 'SIGKILL');
    const { code, stdout } = await run.ended;
    expect(stdout).toContain('the postgres server died: its process was ended by SIGKILL');
    expect(code).toBe(2);
    expect(folder.left()).toEqual([]);
  });

  it('stops when it is interrupted, with what it found until then', async ({ folder }) => {
    const words = write(
      folder,
      'long',
      `for (let i = 0; i < 6; i += 1) await session.query('update counter set next = ' + i);`,
    );
    const run = await folder.start([...words, '--no-report', '--clients', '4']);
    await run.says('schedule ');
    run.child.kill('SIGINT');
    const { code, stdout } = await run.ended;
    expect(code).toBe(130);
    expect(stdout).toContain('Interrupted: these are partial results.');
    expect(stdout).toMatch(/\? postgres\/long is inconclusive: interrupted/);
    expect(folder.left()).toEqual([]);
  });
});
