import { describe, expect, it } from 'vitest';
import { NotHappened, raceCheck, UsageError, type Report, type Target } from '../index.js';
import { atomic, drawer, drawing, naive, type Tickets } from './tickets.fixture.js';

const SEED = 'a-fixed-seed';

async function run(target: Target<Tickets>, options: object = {}): Promise<Report> {
  // All at once, so that every trial has overlap and none has to be made up for.
  return raceCheck({
    scenario: drawing,
    targets: [target, naive],
    trials: 6,
    seed: SEED,
    start: 'simultaneous',
    ...options,
  });
}

async function judged(target: Target<Tickets>, options: object = {}) {
  const report = await run(target, options);
  const row = report.targets.find(({ id }) => id === target.id);
  if (row?.outcome !== 'judged') throw new Error(`expected a judgement, got ${JSON.stringify(row)}`);
  return { report, row };
}

describe(`raceCheck with the seed ${SEED}`, () => {
  it('finds the violation of a target that reads, waits and writes', async () => {
    const { report, row } = await judged(naive);
    expect(row.verdict).toBe('violated');
    expect(row.trials.firstViolated).toBe(1);
    expect(row.findings[0]).toMatchObject({ anomaly: 'duplicate-number', trial: 1, start: 'simultaneous' });
    expect(row.findings[0]?.witnessEvents?.length).toBeGreaterThan(0);
    expect(report.exitCode).toBe(1);
  });

  it('says that a safe target holds, with a bound, only after its control was caught', async () => {
    const { row } = await judged(atomic);
    expect(row.verdict).toBe('holds');
    expect(row.trials).toMatchObject({ planned: 6, counted: 6, violated: 0 });
    expect(row.rate?.upper).toBeCloseTo(1 - 0.05 ** (1 / 6), 6);
    expect(row.control).toMatchObject({ target: 'memory/naive', caught: true });
  });

  it('counts no trial after the violation at which it stops, though the next was under way by then', async () => {
    let made = 0;
    let closedAfter = 0;
    const late = drawer(
      'late',
      async (state, context) => {
        made += 1;
        const isSafe = made <= 2 * 5;
        await context.sleep(1);
        return isSafe ? state.next++ : 1;
      },
      { close: () => Promise.resolve(void (closedAfter = made)) },
    );
    const { row } = await judged(late);
    expect(row.trials).toMatchObject({ run: 3, violated: 1, firstViolated: 3 });
    expect(made).toBeGreaterThanOrEqual(3 * 5);
    expect(made % 5).toBe(0);
    expect(closedAfter).toBe(made);
  });

  it('makes exactly one attempt for each client in each trial', async () => {
    const made: number[] = [];
    const counting = drawer('counting', async (state, context, by) => {
      made.push(by);
      await context.sleep(1);
      return state.next++;
    });
    await judged(counting, { parameters: { clients: 33 } });
    expect(made).toHaveLength(6 * 33);
    for (let trial = 0; trial < 6; trial += 1) {
      expect(new Set(made.slice(trial * 33, trial * 33 + 33)).size).toBe(33);
    }
  });

  it('lets clients begin closer together who miss each other, since an operation is faster when its code is warm', async () => {
    const options = { scenario: 'last-unit', targets: ['memory/mutex'], trials: 59, seed: SEED };
    const report = await raceCheck(options);
    const row = report.targets.find(({ id }) => id === 'memory/mutex');
    if (row?.outcome !== 'judged') throw new Error(`expected a judgement, got ${JSON.stringify(row)}`);
    expect(row).toMatchObject({ verdict: 'holds', trials: { counted: 59 } });
    expect(row.trials.run - row.trials.counted).toBeLessThan(10);
  });

  it('lets clients begin apart after a trial in which all of them gave up, since those that begin together would again', async () => {
    let begunMs: number[] = [];
    const shy = drawer(
      'shy',
      async (state, context) => {
        const ownMs = context.now();
        begunMs.push(ownMs);
        await context.sleep(60);
        const isAlone = begunMs.every((ms) => ms === ownMs || Math.abs(ms - ownMs) > 2);
        if (!isAlone) throw new NotHappened('Somebody asked at the same time.', 'lock-timeout');
        return state.next++;
      },
      {
        reset: () => {
          begunMs = [];
          return Promise.resolve();
        },
      },
    );
    const parameters = { clients: 2 };
    const { row } = await judged(shy, { parameters, start: 'mixed', trials: 12 });
    // How many of them began far enough apart is up to the machine.
    expect(row.trials.counted).toBeGreaterThan(0);
    expect(row.operations.ok).toBeGreaterThan(0);
    expect(row.operations.fail).toBeGreaterThan(0);
  });

  it('is inconclusive where nothing overlapped, because no operation ever waits', async () => {
    const synchronous = drawer('synchronous', (state) => Promise.resolve(state.next++));
    const { row } = await judged(synchronous, { start: 'mixed' });
    expect(row.verdict).toBe('inconclusive');
    expect(row.reasons.join()).toContain('nothing overlapped');
    expect(row.overlap.interleavedPairs).toBe(0);
  });

  it('is inconclusive where the control was not caught', async () => {
    const harmless = { ...atomic, id: 'memory/naive' };
    const report = await raceCheck({
      scenario: drawing,
      targets: [
        harmless,
        drawer('other', async (state, context) => {
          await context.sleep(1);
          return state.next++;
        }),
      ],
      trials: 3,
      seed: SEED,
    });
    expect(report.targets.map((one) => one.outcome === 'judged' && one.verdict)).toEqual([
      'inconclusive',
      'inconclusive',
    ]);
    expect(report.exitCode).toBe(2);
  });

  it('is inconclusive where the scenario has no control for the store', async () => {
    const report = await raceCheck({
      scenario: { ...drawing, controls: {} },
      targets: [atomic],
      trials: 3,
      seed: SEED,
    });
    const [row] = report.targets;
    expect(row?.outcome === 'judged' && row.reasons.join()).toContain('no control');
    expect(report.exitCode).toBe(2);
  });

  it('is inconclusive where a checker crashes', async () => {
    const crashing = {
      name: 'crashing',
      anomalies: [],
      check: () => {
        throw new Error('the checker has a bug');
      },
    };
    const report = await raceCheck({
      scenario: { ...drawing, checkers: [...drawing.checkers, crashing] },
      targets: [atomic],
      trials: 3,
      seed: SEED,
      parameters: {},
    }).catch((error: unknown) => error);
    expect(report).toBeInstanceOf(UsageError);
  });

  it('records a throw as info, and goes on with a new process for that client', async () => {
    const processes = new Set<number>();
    const flaky = drawer('flaky', async (state, context, by) => {
      await context.sleep(1);
      if (by === 0) {
        processes.add(context.process);
        throw new Error('connection lost');
      }
      return state.next++;
    });
    const { row } = await judged(flaky);
    expect(row.operations).toEqual({ ok: 24, fail: 0, info: 6 });
    expect(row.errors).toEqual({ Error: 6 });
    expect([...processes]).toEqual([0, 5, 10, 15, 20, 25]);
  });

  it('records NotHappened as fail, and keeps the client', async () => {
    const refusing = drawer('refusing', async (state, context, by) => {
      await context.sleep(1);
      if (by === 0) throw new NotHappened('rolled back', '40001');
      return state.next++;
    });
    const { row } = await judged(refusing);
    expect(row.operations).toEqual({ ok: 24, fail: 6, info: 0 });
    expect(row.errors).toEqual({ 40001: 6 });
    expect(row).toMatchObject({ verdict: 'holds', gaveUp: { failed: 6, refused: 0, operations: 30 } });
  });

  it('records an operation that hangs as info after the time-out, and aborts its signal', async () => {
    let aborted = 0;
    const hanging = drawer('hanging', async (state, context, by) => {
      if (by === 0) {
        context.signal.addEventListener('abort', () => (aborted += 1), { once: true });
        return new Promise(() => undefined);
      }
      await context.sleep(1);
      return state.next++;
    });
    const { row } = await judged(hanging, { timeoutMs: 400, trials: 3 });
    expect(row.operations).toEqual({ ok: 12, fail: 0, info: 3 });
    expect(row.errors).toEqual({ timeout: 3 });
    expect(aborted).toBe(3);
  });

  it('says what a target that always throws threw', async () => {
    const broken = drawer('broken', () => Promise.reject(new Error('kaputt')));
    const { row } = await judged(broken, { trials: 50 });
    expect(row.errorMessages).toEqual({ Error: 'kaputt' });
    expect(row.reasons).toContain('the first Error said: kaputt');
    expect(row.reasons.join().split('no operation was answered')).toHaveLength(2);
  });

  it('gives up on a target that never answers, and is inconclusive', async () => {
    const silent = drawer('silent', () => new Promise(() => undefined));
    const { row } = await judged(silent, { timeoutMs: 30, trials: 50 });
    expect(row.verdict).toBe('inconclusive');
    expect(row.trials.run).toBe(3);
    expect(row.reasons.join().split('no operation was answered')).toHaveLength(2);
  });

  it.each([
    [
      'a TypeError',
      drawer('typo', () => Promise.reject(new TypeError('x is not a function'))),
      'x is not a function',
    ],
    [
      'an answer of the wrong shape',
      drawer('shape', (async () => Promise.resolve('one')) as never),
      'expected a number',
    ],
    [
      'a reset that throws',
      drawer('reset', (state) => Promise.resolve(state.next++), {
        reset: () => Promise.reject(new Error('no table')),
      }),
      'no table',
    ],
  ])('calls %s a mistake of the target, not a verdict', async (_what, target, words) => {
    const report = await run(target);
    const row = report.targets.find(({ id }) => id === target.id);
    expect(row).toMatchObject({ outcome: 'error', message: expect.stringContaining(words) as string });
    expect(report.exitCode).toBe(3);
  });

  it('stops a target at its first violation in a gate, and runs every planned trial in a comparison', async () => {
    expect((await judged(naive)).row.trials.run).toBe(1);
    const { row } = await judged(naive, { command: 'compare' });
    expect(row.trials).toMatchObject({ run: 6, violated: 6 });
    expect(row.rate?.lower).toBeGreaterThan(0.5);
  });

  it('names every mistake of its options at once', async () => {
    const error = await raceCheck({
      scenario: 'flash-sail',
      trials: 0,
      confidence: 3,
      timeoutMs: -1,
    }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UsageError);
    const { problems } = error as UsageError;
    expect(problems).toHaveLength(4);
    expect(problems.join('\n')).toContain('did you mean "flash-sale"?');
  });

  it('delays a client at a point where the scenario stalls it, and records a crash there as info', async () => {
    const pointed = drawer('pointed', async (state, context) => {
      await context.point('checked');
      await context.sleep(1);
      return state.next++;
    });
    const faulty = {
      ...drawing,
      faults: () => [
        { client: 0, point: 'checked' as const, kind: 'stall' as const, forMs: 60 },
        { client: 1, point: 'checked' as const, kind: 'crash' as const },
      ],
    };
    const report = await raceCheck({
      scenario: faulty,
      targets: [pointed, naive],
      trials: 2,
      seed: SEED,
      start: 'simultaneous',
    });
    const [row] = report.targets;
    if (row?.outcome !== 'judged') throw new Error('expected a judgement');
    expect(row.operations).toEqual({ ok: 8, fail: 0, info: 2 });
    expect(row.errors).toEqual({ crashed: 2 });
    expect(row.latencyMs?.max).toBeGreaterThanOrEqual(55);
  });
});
