import { describe, expect } from 'vitest';
import { descendantsOf, isRunning, until } from './fixtures/processes.fixture.js';
import { it, judged, type UserFolder } from './fixtures/user-folder.fixture.js';

const REQUIRED = (process.env['RACE_CHECK_REQUIRE'] ?? '').split(',').filter(Boolean);

const BUS = ['school-bus', '--clients', '20', '--seats', '15'];

/** Says no to everybody, except that client 1 never comes back from its first attempt. */
const HANGING = `export default {
  contract: 'seats',
  id: 'file/hanging',
  summary: 'Hangs.',
  prevents: 'Nothing.',
  costs: 'A process.',
  source: 'a test',
  expectations: {},
  open: () => ({
    setup: async () => {},
    reset: async () => {},
    read: async () => ({ trips: [{ id: 1, seats: 1 }], bookings: [] }),
    client: async (context) => ({
      bookSeat: async () => {
        while (context.client === 1);
        await context.sleep(1);
        return { result: 'no-seat' };
      },
      close: async () => {},
    }),
    close: async () => {},
  }),
};
`;

/** The row of a target, or a skip, aloud, where its store cannot be had and need not be. */
async function rowOf(
  folder: UserFolder,
  words: readonly string[],
  id: string,
  skip: (note: string) => never,
) {
  const { report, code } = await folder.report([...words, '--target', id, '--seed', 'processes']);
  const row = report.targets.find((target) => target.id === id);
  if (row?.outcome === 'skipped' && !REQUIRED.includes(row.store)) skip(`${row.reason} ${row.remedy}`);
  return { row: judged(report, id), report, code };
}

describe.concurrent('clients spread over processes', { timeout: 120_000 }, () => {
  it.for(['file/memory-mutex', 'redis/memory-mutex'])(
    'show that %s works within one process only',
    async (id, { folder, skip }) => {
      const one = await rowOf(folder, [...BUS, '--trials', '10'], id, skip);
      expect(one.row).toMatchObject({ verdict: 'holds', expectation: 'holds', met: true });
      expect([one.code, one.report.plan.processes]).toEqual([0, 1]);

      const two = await rowOf(folder, [...BUS, '--processes', '2'], id, skip);
      expect(two.row).toMatchObject({ verdict: 'violated', expectation: 'violated', met: true });
      expect([two.code, two.report.plan.processes]).toEqual([1, 2]);
      expect(folder.left()).toEqual([]);
    },
  );

  it.for(['file/proper-lockfile', 'redis/set-nx', 'redis/lua', 'postgres/for-update'])(
    'race behind one barrier, and %s holds',
    async (id, { folder, skip }) => {
      const { row, code } = await rowOf(
        folder,
        [...BUS, '--processes', '3', '--start', 'simultaneous', '--trials', '6'],
        id,
        skip,
      );
      expect(row).toMatchObject({ verdict: 'holds', met: true, operations: { ok: row.trials.run * 20 } });
      expect(row.overlap.interleavedPairs).toBeGreaterThan(0);
      expect(row.firstRequestSpreadMs?.median).toBeGreaterThan(0);
      expect(code).toBe(0);
      expect(folder.left()).toEqual([]);
    },
  );

  it('are refused where they make no sense, and where the data is in memory, with the reason', async ({
    folder,
  }) => {
    const nonsense = await folder.run(['last-seat', '--processes', 'two', '--trials', '0']);
    expect(nonsense.code).toBe(4);
    expect(nonsense.stderr).toContain('expected a whole number for --processes, got "two"');
    expect(nonsense.stderr).toContain('expected a whole number from 1 to 1,000,000 for trials, got 0');
    const none = await folder.run(['last-seat', '--target', 'file/naive', '--processes', '0']);
    expect(none.code).toBe(4);
    expect(none.stderr).toContain('expected a whole number from 1 to 64 for processes, got 0');
    const memory = await folder.run(['last-seat', '--target', 'memory/mutex', '--processes', '2']);
    expect(memory.code).toBe(4);
    expect(memory.stderr).toContain(
      'memory/mutex cannot be spread over 2 processes: the data is in the memory of one process',
    );
  });

  it('end with the one of them that hangs, and nothing of it is left', async ({ folder }) => {
    folder.write('hanging.target.js', HANGING);
    const words = ['last-seat', '--target', './hanging.target.js', '--processes', '2', '--trials', '1'];
    const { report, code } = await folder.report([...words, '--timeout', '1s']);
    const row = judged(report, 'file/hanging');
    expect(row.verdict).toBe('inconclusive');
    expect(row.reasons.join()).toContain('was killed');
    // The client of the other process was answered all the same, in each trial.
    expect(row.operations).toEqual({ ok: row.trials.run, fail: 0, info: row.trials.run });
    expect(code).toBe(2);
    expect(folder.left()).toEqual([]);
  });

  it('end with the command line that started them, even where that is killed', async ({ folder }) => {
    const words = [...BUS, '--target', 'file/lock-file', '--processes', '3', '--trials', '100000'];
    const running = await folder.start([...words, '--no-report']);
    const workers = () =>
      descendantsOf(running.pid).filter(({ words: parts }) => parts.join(' ').includes('worker-process'));
    await running.says('file/lock-file: up to 100,000 trials');
    await until('three workers', () => workers().length === 3);
    const started = workers();
    running.child.kill('SIGKILL');
    await running.ended;
    await until('they are gone', () => started.every((worker) => !isRunning(worker)));
    await until('nothing is left', () => folder.left().length === 0);
  });
});
