import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { reportSchema } from '../report/report.js';
import { descendantsOf, isRunning, until, type SeenProcess } from './fixtures/processes.fixture.js';
import { it, judged, type Running, type UserFolder } from './fixtures/user-folder.fixture.js';

/** Writes a mark at each reset: what a test sees of trials while they run. */
const MARKED = `import { appendFileSync } from 'node:fs';
import target from './draw-locked.target.js';
export default {
  ...target,
  open: async (context) => {
    const open = await target.open(context);
    return {
      ...open,
      reset: async (initial) => {
        appendFileSync('resets', '.');
        await open.reset(initial);
      },
    };
  },
};
`;

/** A run on a PostgreSQL of its own that would take minutes, some trials after its start. */
async function startLong(folder: UserFolder, ...more: string[]): Promise<Running> {
  folder.copy(
    'draw.scenario.fixture.ts',
    'draw-on-postgres.fixture.ts',
    'draw-locked.target.fixture.ts',
    'draw-postgres-naive.target.fixture.ts',
  );
  folder.write('marked.target.ts', MARKED);
  const words = ['./draw.scenario.ts', '--target', './marked.target.ts', '--trials', '100000', ...more];
  const running = await folder.start(words);
  await running.says('postgres/locked: up to 100,000 trials');
  await until('a few trials', () => folder.has('resets') && folder.read('resets').length > 5);
  return running;
}

function postmasterOf(running: Running): SeenProcess {
  const [postmaster, ...others] = descendantsOf(running.pid).filter(({ words }) => words.includes('-D'));
  if (postmaster === undefined || others.length > 0) throw new Error('expected one server');
  return postmaster;
}

/** The process that the target lives in. */
function workerOf(running: Running): SeenProcess {
  const workers = descendantsOf(running.pid).filter(({ words }) =>
    words.join(' ').includes('worker-process'),
  );
  if (workers.length !== 1) throw new Error(`expected one worker process, came ${workers.length}`);
  return workers[0]!;
}

/** Server, workers, the reaper. */
function startedBy(running: Running): readonly SeenProcess[] {
  const started = descendantsOf(running.pid);
  const commands = started.map(({ words }) => words.join(' ')).join('\n');
  expect(commands).toContain('worker-process');
  expect(commands).toContain('race-check-reaper');
  expect(commands).toContain(' -D ');
  return started;
}

/** Nothing that a run started or made is there any more. */
async function nothingIsLeft(folder: UserFolder, started: readonly SeenProcess[]): Promise<void> {
  await until(
    'all that was started has ended',
    () => started.every((one) => !isRunning(one)) && folder.left().length === 0,
  );
}

function runsIn(folder: UserFolder): readonly string[] {
  return readdirSync(path.join(folder.path, 'reports/draw-at-once'));
}

/** Processes are looked for in /proc. */
const skip = process.platform !== 'linux';

describe.concurrent('a run that is ended from outside', { timeout: 120_000, skip }, () => {
  it('shows what there is after Ctrl-C, exits with 130, and leaves latest alone', async ({ folder }) => {
    const running = await startLong(folder);
    const started = startedBy(running);
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).toContain('Interrupted: these are partial results.');
    expect(stdout).toMatch(/postgres\/locked +\? inconclusive +0 of \d+/);
    expect(stdout).toContain('? postgres/locked is inconclusive: interrupted');

    expect(readdirSync(path.join(folder.path, 'reports'))).toEqual(['draw-at-once']);
    const [run = ''] = runsIn(folder);
    const report = reportSchema.parse(JSON.parse(folder.read(`reports/draw-at-once/${run}/report.json`)));
    expect(report).toMatchObject({ interrupted: true, exitCode: 130 });
    expect(judged(report, 'postgres/locked').trials.counted).toBeGreaterThan(0);
    await nothingIsLeft(folder, started);
  });

  it('does so too after SIGTERM, with 143, while its server starts or its control runs', async ({
    folder,
  }) => {
    const running = await folder.start(['flash-sale', '--trials', '5000', '--no-report']);
    await running.says('postgres/naive (control): up to 5,000 trials');
    running.child.kill('SIGTERM');
    const { code, stdout } = await running.ended;
    expect(code).toBe(143);
    expect(stdout).toContain('Interrupted: these are partial results.');
    await until('nothing is left', () => folder.left().length === 0);
  });

  it('answers Ctrl-C also while a target does not: its set-up never ends', async ({ folder }) => {
    folder.copy('shop.fixture.ts');
    folder.write(
      'stuck.target.ts',
      `import { writeFileSync } from 'node:fs';
import { sell, shopTarget } from './shop.js';
const target = shopTarget('stuck', async (shop, order) => sell(shop, order));
const setup = () => new Promise(() => writeFileSync('stuck', ''));
export default { ...target, open: (context) => ({ ...target.open(context), setup }) };
`,
    );
    const running = await folder.start(['flash-sale', '--target', './stuck.target.ts', '--no-report']);
    await until('it is stuck', () => folder.has('stuck'));
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).toContain('memory/stuck is inconclusive: interrupted; no trial ran');
    expect(folder.left()).toEqual([]);
  });

  it('ends at once at the second Ctrl-C, and what it left is removed behind it', async ({ folder }) => {
    const running = await startLong(folder);
    const started = startedBy(running);
    const postmaster = postmasterOf(running);
    const worker = workerOf(running);
    // A server that does not end when asked is what the first one waits for.
    process.kill(postmaster.pid, 'SIGSTOP');
    running.child.kill('SIGINT');
    await until('the first one is heeded', () => !isRunning(worker));
    // Soon it is killed behind it.
    let wasThere = false;
    running.child.once('exit', () => (wasThere = isRunning(postmaster)));
    running.child.kill('SIGINT');
    const { code } = await running.ended;
    expect(wasThere).toBe(true);
    expect(code).toBe(130);
    await nothingIsLeft(folder, started);
  });

  it('is cleaned up behind when it is killed and can do nothing itself', async ({ folder }) => {
    const running = await startLong(folder);
    const started = startedBy(running);
    running.child.kill('SIGKILL');
    expect((await running.ended).code).toBe(137);
    await nothingIsLeft(folder, started);
    expect(folder.has('reports')).toBe(false);
  });

  it('is inconclusive when its server dies, says so, and keeps the log of the server', async ({ folder }) => {
    const running = await startLong(folder);
    const started = startedBy(running);
    process.kill(postmasterOf(running).pid, 'SIGKILL');
    const { code, stdout } = await running.ended;
    expect(code).toBe(2);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'postgres/locked is inconclusive: the postgres server died: its process was ended by SIGKILL',
    );
    expect(folder.read('reports/latest/server-logs/postgres.log')).toContain('ready to accept connections');
    await nothingIsLeft(folder, started);
  });

  it('is inconclusive when the process of its target is killed, at whatever moment', async ({ folder }) => {
    const running = await startLong(folder, '--no-report');
    process.kill(workerOf(running).pid, 'SIGKILL');
    // Within a burst one trial is lost and it goes on; else it ends here.
    const marks = folder.read('resets').length;
    await until(
      'it goes on, or ends',
      () => folder.read('resets').length > marks + 1 || running.child.exitCode !== null,
    );
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect([2, 130]).toContain(code);
    expect(stdout).toContain('? postgres/locked is inconclusive: ');
    expect(stdout.replace(/\s+/g, ' ')).toContain("the target's process was ended by SIGKILL");
    await until('nothing is left', () => folder.left().length === 0);
  });
});
