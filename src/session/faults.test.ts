import { describe, expect, it } from 'vitest';
import type { ClientContext } from '../core/context.js';
import { raceCheck, UsageError } from '../index.js';
import { drawer, drawing, naive, type Draw } from './tickets.fixture.js';

const SEED = 'faults';
const EXPIRY_MS = 40;

/** When things happened, in the order in which they did; per trial, since a reset begins a new list. */
function journal() {
  const trials: { what: string; atMs: number }[][] = [];
  const write = (what: string, context: Pick<ClientContext, 'now'>) =>
    trials.at(-1)?.push({ what, atMs: context.now() });
  const target = (draw: Draw) =>
    drawer('journal', draw, {
      reset: () => {
        trials.push([]);
        return Promise.resolve();
      },
    });
  return { trials, write, target };
}

/** Names a lease, passes a point, and says so. */
function holder({ write }: ReturnType<typeof journal>, expiryMs = EXPIRY_MS): Draw {
  return async (state, context, by) => {
    write(`${by} begins`, context);
    context.lease('the counter', expiryMs, () => {
      write(`${by} lapses`, context);
      return Promise.resolve();
    });
    await context.point('locked');
    await context.sleep(1);
    write(`${by} ends`, context);
    return state.next++;
  };
}

async function play(draw: (book: ReturnType<typeof journal>) => Draw, scenario: object, trials = 2) {
  const book = journal();
  const target = book.target(draw(book));
  const report = await raceCheck({
    scenario: { ...drawing, ...scenario },
    targets: [target, naive],
    parameters: { clients: 2 },
    trials,
    seed: SEED,
  });
  return { book, report };
}

function lengthMs(trial: readonly { what: string; atMs: number }[], from: string, to: string): number {
  const at = (wanted: string) => trial.find(({ what }) => what === wanted)?.atMs ?? NaN;
  return at(to) - at(from);
}

describe('a client that is stalled at a point', () => {
  const stall = (leases: 'expire' | 'keep', forMs: number) => () => [
    { client: 0, point: 'locked' as const, kind: 'stall' as const, forMs, leases },
  ];

  it('loses its lease when the time of the lease is up, and not before, and then goes on', async () => {
    const { book } = await play(holder, { faults: stall('expire', 2 * EXPIRY_MS) });
    for (const trial of book.trials) {
      expect(lengthMs(trial, '0 begins', '0 lapses')).toBeGreaterThanOrEqual(EXPIRY_MS);
      expect(lengthMs(trial, '0 lapses', '0 ends')).toBeGreaterThan(0);
      expect(trial.filter(({ what }) => what === '1 lapses')).toEqual([]);
    }
  });

  it.each([
    ['of a stall that is shorter', stall('expire', EXPIRY_MS / 2)],
    ['that is left to the store', stall('keep', 2 * EXPIRY_MS)],
  ])('keeps a lease %s', async (_, faults) => {
    const { book } = await play(holder, { faults });
    expect(book.trials.flat().filter(({ what }) => what.endsWith('lapses'))).toEqual([]);
  });
});

describe('a client that dies at a point', () => {
  const crash = () => [{ client: 0, point: 'locked', kind: 'crash', leases: 'expire' }];
  const waiting = (afterMs: number) => ({
    faults: crash,
    attempts: () => [
      { f: 'draw', input: { by: 0 } },
      { f: 'draw', input: { by: 1 }, afterMs },
    ],
  });

  it('leaves its lease behind until the time of the lease is up', async () => {
    const { book } = await play(holder, waiting(2 * EXPIRY_MS));
    for (const trial of book.trials) {
      expect(lengthMs(trial, '0 begins', '0 lapses')).toBeGreaterThanOrEqual(EXPIRY_MS);
      expect(trial.map(({ what }) => what)).toEqual(['0 begins', '0 lapses', '1 begins', '1 ends']);
    }
  });

  it('has no lease that lapses after its trial', async () => {
    // Longer than a trial lasts on a busy machine.
    const longMs = 1_000;
    const { book } = await play((own) => holder(own, longMs), waiting(1));
    await new Promise((resolve) => setTimeout(resolve, longMs + EXPIRY_MS));
    expect(book.trials.flat().filter(({ what }) => what === '0 lapses')).toEqual([]);
  });

  it('makes the trial undecided where its lease cannot be made to lapse', async () => {
    const stuck: Draw = async (state, context) => {
      context.lease('the counter', 1, () => Promise.reject(new Error('the store is away')));
      await context.point('locked');
      await context.sleep(20);
      return state.next++;
    };
    const { report } = await play(() => stuck, { faults: crash });
    const [row] = report.targets;
    expect(row?.outcome === 'judged' && row.reasons.join()).toContain(
      'a lease could not be made to lapse: the store is away',
    );
  });
});

describe('a scenario', () => {
  it('has a client wait as long as it says before its next attempt', async () => {
    const { book } = await play(holder, {
      attempts: () => [
        { f: 'draw', input: { by: 0 } },
        { f: 'draw', input: { by: 1 } },
        { f: 'draw', input: { by: 2 }, afterMs: 30 },
      ],
    });
    for (const trial of book.trials) {
      // By the client of 0; a timer may fire up to a millisecond early.
      expect(lengthMs(trial, '0 ends', '2 begins')).toBeGreaterThanOrEqual(29);
    }
  });

  it('may have its faults in turn, trial by trial', async () => {
    const asked: number[] = [];
    await play(
      holder,
      {
        faults: (_: unknown, trial: number) => {
          asked.push(trial);
          return [];
        },
      },
      3,
    );
    // Of the target and then of its control, which is caught in its first trial.
    expect(asked.slice(0, 3)).toEqual([0, 1, 2]);
  });

  it('is refused where it keeps an operation waiting for longer than one may take', async () => {
    const scenario = { ...drawing, slowestMs: () => 500 };
    const run = raceCheck({ scenario, targets: [naive], timeoutMs: 500, trials: 1, seed: SEED });
    await expect(run).rejects.toThrow(UsageError);
    await expect(run).rejects.toThrow('expected a timeout above 500 ms');
  });
});
