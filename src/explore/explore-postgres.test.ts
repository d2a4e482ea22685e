import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../scenarios/index.js';
import { TARGETS } from '../../targets/index.js';
import { checkoutOnPostgres } from '../../targets/checkout/postgres/schema.js';
import { readCheckWrite } from '../../targets/checkout/postgres/steps.js';
import type { StoreAddress } from '../core/context.js';
import type { ContractTypes } from '../core/contract.js';
import { withDefaults, type Parameters } from '../core/scenario.js';
import { chase } from '../engine/trial.js';
import { openReaper, type Reaper } from '../process/reaper.js';
import { startBetween } from '../stores/postgres/between.fixture.js';
import type { Session } from '../stores/postgres/connect.js';
import { openPostgres } from '../stores/postgres/server.js';
import type { StoreServer } from '../stores/store.js';
import { openSystem } from '../session/open-system.js';
import { exploreTarget } from './explore-target.js';
import type { Explored } from './explored.js';
import type { TargetSystem } from './target-system.js';
import { Traces } from './traces.js';
import { following } from './choosers.js';

let reaper: Reaper;
let server: StoreServer;
beforeAll(async () => {
  reaper = openReaper();
  const request = { url: undefined, allowRemote: false, runId: 'explore', connections: 40, reaper };
  server = await openPostgres(request);
});
afterAll(async () => {
  await server.stop();
  reaper.close();
});

interface AnyTarget {
  readonly expectations?: Readonly<Record<string, string>>;
}
type AnyLoad = () => Promise<{ readonly default: never }>;

/** A target in a namespace of its own, between the clients' wire; what `work` came to. `id`: of one of ours, or the target. */
async function onTarget<T>(
  scenarioName: string,
  id: string | object,
  work: (system: TargetSystem<ContractTypes>) => Promise<T>,
  given: Parameters = {},
  through: Partial<StoreAddress> = {},
) {
  const scenario = await SCENARIOS[scenarioName]!();
  const loads = TARGETS[scenario.contract.name as keyof typeof TARGETS] as Record<string, AnyLoad>;
  const namespace = await server.namespace();
  const address = { ...namespace.address, ...through };
  try {
    const { system, close } = await openSystem<ContractTypes>({
      scenario,
      parameters: withDefaults(scenario.parameters, { ...scenario.small, ...given }),
      target: typeof id === 'string' ? (await loads[id]!()).default : (id as never),
      addresses: [address],
      seed: 'test',
      timeoutMs: 20_000,
      chase: (connections) => chase(connections, new Map([['postgres', namespace]])),
    });
    try {
      return await work(system);
    } finally {
      await close();
    }
  } finally {
    await namespace.drop();
  }
}

const exploring = (reduce: boolean, maxSchedules?: number) => (system: TargetSystem<ContractTypes>) =>
  exploreTarget(
    system,
    { search: { kind: 'exhaustive', reduce }, maxSchedules, budgetMs: 120_000, seed: 'test' },
    { scheduleDone: () => undefined },
    new AbortController().signal,
  );

const CHECKOUT: Readonly<Record<string, readonly [verdict: Explored['verdict'], interleavings: string]>> = {
  'postgres/naive': ['violated', '46'],
  'postgres/check-then-decrement': ['violated', '46'],
  'postgres/read-committed': ['violated', '148'],
  'postgres/repeatable-read': ['holds', '148'],
  'postgres/repeatable-read-retry': ['holds', '148'],
  'postgres/serializable': ['holds', '148'],
  'postgres/optimistic': ['holds', '148'],
  'postgres/check-constraint': ['holds', '36'],
  'postgres/atomic-update': ['holds', '36'],
  'postgres/for-update': ['holds', '50'],
  'postgres/for-update-ordered': ['holds', '50'],
  'postgres/advisory-lock': ['holds', '66'],
};

describe('two buyers on PostgreSQL, in every interleaving', { timeout: 120_000 }, () => {
  it.each(Object.entries(CHECKOUT))('%s', async (id, [verdict, interleavings]) => {
    const explored = await onTarget('flash-sale', id, exploring(true));
    expect(explored).toMatchObject({ verdict, isExhaustive: true, isFair: false, reasons: [] });
    expect(explored.schedules.standFor?.all).toBe(interleavings);
    if (verdict === 'violated') {
      expect(explored.counterexample?.replayed).toEqual({ times: 10, reproduced: 10 });
    }
  });
});

/** Of each scenario, every target over PostgreSQL: what it claims is what every interleaving of two clients shows. */
const TWO_CLIENTS = ['customer-creation', 'last-seat', 'overlapping-slots', 'order-update'];

describe.each(TWO_CLIENTS)('two clients of %s on PostgreSQL, in every interleaving', (name) => {
  it('end as each target claims', { timeout: 120_000 }, async () => {
    const { contract } = await SCENARIOS[name]!();
    const loads = TARGETS[contract.name as keyof typeof TARGETS] as Record<string, AnyLoad>;
    for (const id of Object.keys(loads).filter((one) => one.startsWith('postgres/'))) {
      const { expectations } = (await loads[id]!()).default as AnyTarget;
      const explored = await onTarget(name, id, exploring(true));
      const verdict = expectations?.[name] === 'violated' ? 'violated' : 'holds';
      expect({ id, ...explored }).toMatchObject({ id, verdict, isExhaustive: true, reasons: [] });
      if (verdict === 'violated') {
        expect(explored.counterexample?.replayed, id).toEqual({ times: 10, reproduced: 10 });
      }
    }
  });
});

describe('three buyers on PostgreSQL', { timeout: 120_000 }, () => {
  it('are all looked at where two of them wait for a row that the third has changed', async () => {
    const explored = await onTarget('flash-sale', 'postgres/optimistic', exploring(true), { clients: 3 });
    expect(explored).toMatchObject({ verdict: 'holds', isExhaustive: true, reasons: [] });
    expect(explored.schedules.standFor?.all).toBe('10398276');
  });
});

describe('a deadlock', { timeout: 120_000 }, () => {
  it('ends with each of its clients as the victim, also where the server undoes it before anybody asks', async () => {
    const explored = await onTarget('opposite-locks', 'postgres/for-update', exploring(true));
    expect(explored).toMatchObject({ verdict: 'holds', isExhaustive: true, victimChosenBy: 'scheduler' });
  });
});

describe('behind a pooler that takes no parameters it does not know', { timeout: 120_000 }, () => {
  it('waits are seen all the same, and the server chooses the victim', async () => {
    const namespace = await server.namespace();
    const pooler = await startBetween(namespace.address.port, 'narrow');
    const through = { host: '127.0.0.1', port: pooler.port };
    try {
      const explored = await onTarget('opposite-locks', 'postgres/for-update', exploring(true), {}, through);
      expect(explored).toMatchObject({
        ...{ verdict: 'inconclusive', isExhaustive: false, victimChosenBy: 'server' },
        reasons: ['of some circles the victim was chosen by the server'],
      });
      expect(explored.schedules.violated).toBe(0);
    } finally {
      pooler.close();
      await namespace.drop();
    }
  });
});

/**
 * Buyers ask until there is an answer and workers look until there is a request, so there are endless schedules: cut, or
 * exhaustive up to fair ones.
 */
describe('a queue', { timeout: 120_000 }, () => {
  const drawing = (maxSchedules: number) => (system: TargetSystem<ContractTypes>) =>
    exploreTarget(
      system,
      { search: { kind: 'pct', depth: 3 }, maxSchedules, budgetMs: 60_000, seed: 'queue' },
      { scheduleDone: () => undefined },
      new AbortController().signal,
    );

  it('with many workers oversells, in a schedule that replays', async () => {
    const explored = await onTarget('flash-sale', 'postgres/queue-many-workers', drawing(30));
    expect(explored).toMatchObject({ verdict: 'violated', clients: 2, workers: 4 });
    expect(explored.counterexample?.replayed).toEqual({ times: 10, reproduced: 10 });
  });

  it('with one worker shows no violation, and that the search was cut is said', async () => {
    const explored = await onTarget('flash-sale', 'postgres/queue', exploring(true, 40));
    expect(explored.schedules).toMatchObject({ run: 40, violated: 0 });
    expect(explored).toMatchObject({ verdict: 'inconclusive', isExhaustive: false, isFair: true });
    expect(explored.reasons.join()).toContain('it ended after 40 schedules');
  });
});

describe('a client that tries in vain until it has its way', { timeout: 120_000 }, () => {
  const spinning = (
    strategy: string,
    lock: (session: Session) => Promise<boolean>,
    unlock: (session: Session) => Promise<unknown>,
  ) =>
    checkoutOnPostgres({
      strategy,
      summary: 'A lock, tried for without a pause.',
      prevents: 'Lost updates.',
      costs: 'Work for nothing.',
      source: 'none',
      expectations: { 'flash-sale': 'holds' },
      alter: 'alter table product add column is_locked boolean not null default false',
      checkout: async (session, input, context) => {
        while (!(await lock(session)));
        const outcome = await readCheckWrite(session, context, input);
        await unlock(session);
        return outcome;
      },
    });
  const asks = async (session: Session, tries: string) =>
    (await session.query<{ readonly got: boolean }>(`select ${tries} as got`)).rows[0]!.got;

  it.each([
    [
      'a lock in a column',
      spinning(
        'spin',
        async (session) => {
          const lock = 'update product set is_locked = true where id = 1 and not is_locked';
          return (await session.query(lock)).rowCount === 1;
        },
        (session) => session.query('update product set is_locked = false where id = 1'),
      ),
    ],
    [
      'an advisory lock of its session',
      spinning(
        'spin-advisory',
        (session) => asks(session, 'pg_try_advisory_lock(7)'),
        (session) => session.query('select pg_advisory_unlock(7)'),
      ),
    ],
  ])('for %s is let go again when somebody has changed something, and not before', async (_, spins) => {
    const explored = await onTarget('flash-sale', spins, exploring(true));
    expect(explored).toMatchObject({ verdict: 'holds', isExhaustive: true, isFair: true, reasons: [] });
    expect(explored.cut.join()).toContain('a client that repeated itself');
    expect(explored.steps.most).toBeLessThan(40);
  });
});

describe('one schedule', { timeout: 60_000 }, () => {
  it('leads to the same trace a hundred times', async () => {
    const traces = await onTarget('opposite-locks', 'postgres/for-update', async (system) => {
      const known = new Traces();
      const run = async () => (await system.run(following([0, 0, 0, 1, 1, 1, 0, 1]))).transitions;
      known.learn(await run(), await run());
      const seen: string[] = [];
      for (let time = 0; time < 100; time += 1) seen.push(known.canonical(await run()).join('\n'));
      return seen;
    });
    expect(new Set(traces).size).toBe(1);
    // Both wait for each other, and the one who closes the circle fails.
    expect(traces[0]).toContain('deadlock detected');
  });
});
