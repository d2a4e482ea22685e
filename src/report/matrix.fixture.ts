import type { JudgedCell, Matrix, MatrixCell, MatrixScenario } from './matrix-report.js';
import { holding, upperBound, violatedThroughout } from './report.fixture.js';
import type { JudgedTarget } from './report.js';

function judgedCell(target: JudgedTarget, more: Partial<JudgedCell> = {}): JudgedCell {
  return { ...target, time: { shareMs: 3_000, usedMs: 2_100 }, budgetExhausted: false, ...more };
}

/** Held in all 59 trials at this cost. */
export function held(id: string, cost: number, more: Partial<JudgedCell> = {}): JudgedCell {
  return judgedCell(holding(id, cost), { cost, ...more });
}

/** Safe, yet most attempts failed. */
export function gaveUp(id: string, cost: number, more: Partial<JudgedCell> = {}): JudgedCell {
  const refusals = { failed: 955, refused: 0, operations: 990 };
  return held(id, cost, { gaveUp: refusals, expectation: 'gives-up', ...more });
}

/** Violated in so many of 59 trials. */
export function broke(id: string, violated: number, more: Partial<JudgedCell> = {}): JudgedCell {
  const target = violatedThroughout(id);
  return judgedCell(target, {
    trials: { ...target.trials, violated },
    rate: { lower: Math.max(0, violated / 59 - 0.1), upper: Math.min(1, violated / 59 + 0.1) },
    ...more,
  });
}

/** Too slow for its share. */
export function outOfTime(id: string, run: number): JudgedCell {
  return judgedCell(holding(id), {
    rate: undefined,
    verdict: 'inconclusive',
    met: false,
    trials: { planned: 59, run, counted: run, violated: 0, undecided: 0 },
    reasons: [`budget: ${run} trials ran, and there was no time for the 5 that are needed`],
    budgetExhausted: true,
  });
}

export function skippedCell(id: string, store: string): MatrixCell {
  return {
    outcome: 'skipped',
    id,
    role: 'named',
    summary: 'Does it elsewhere.',
    store,
    reason: `There is no ${store}-server on PATH.`,
    remedy: `Run apt-get install ${store}-server, or name a server with --${store}-url`,
  };
}

function scenario(name: string, targets: readonly MatrixCell[], contract = 'checkout'): MatrixScenario {
  const fastest = targets.find((target) => target.outcome === 'judged' && target.cost === 1);
  return {
    name,
    contract,
    description: '20 units, 33 buyers',
    parameters: { clients: 33, stock: 20 },
    expected: { ordered: 20, refused: 13, left: 0 },
    ...(fastest === undefined ? {} : { fastestSafe: fastest.id }),
    targets,
  };
}

const IDS = [
  'postgres/naive',
  'postgres/for-update',
  'postgres/repeatable-read',
  'redis/lua',
  'memory/mutex',
];

const CHECKOUT: Matrix['contracts'][number] = {
  name: 'checkout',
  targets: IDS,
  scenarios: [
    scenario('flash-sale', [
      broke('postgres/naive', 59),
      held('postgres/for-update', 1.44),
      gaveUp('postgres/repeatable-read', 3.07),
      skippedCell('redis/lua', 'redis'),
      held('memory/mutex', 1),
    ]),
    scenario('last-unit', [
      broke('postgres/naive', 48),
      held('postgres/for-update', 1),
      held('postgres/repeatable-read', 1.2, { expectation: 'gives-up', met: false }),
      skippedCell('redis/lua', 'redis'),
      outOfTime('memory/mutex', 2),
    ]),
    scenario('oversized-cart', [
      broke('postgres/naive', 1, { trials: { ...broke('', 1).trials, counted: 240, run: 240, violated: 1 } }),
      held('postgres/for-update', 17.3, {
        trials: { planned: 59, run: 5, counted: 5, violated: 0, undecided: 0 },
        rate: { lower: 0, upper: upperBound(5) },
      }),
      broke('postgres/repeatable-read', 3, { expectation: 'gives-up', met: false }),
      skippedCell('redis/lua', 'redis'),
      {
        outcome: 'error',
        id: 'memory/mutex',
        role: 'named',
        summary: 'Does it wrong.',
        message: 'x is not a function',
      },
    ]),
  ],
};

const LONG = ['mongodb/two-phase-locking-check-then-create', 'mongodb/inc', 'postgres/serializable'] as const;

const ORDERS: Matrix['contracts'][number] = {
  name: 'orders',
  targets: [...LONG],
  scenarios: [
    'order-update',
    'order-set',
    'discounted-orders',
    'opposite-locks',
    'shared-then-exclusive',
    'stalled-transaction',
  ].map((name, place) =>
    scenario(name, [broke(LONG[0], 40 + place), held(LONG[1], 1), gaveUp(LONG[2], 132.6)], 'orders'),
  ),
};

/** Two contracts with every kind of cell; the second has more scenarios than a narrow terminal. */
export const matrix: Matrix = {
  schema: 1,
  version: '0.1.0',
  runId: '7f3a91',
  startedAt: '2026-02-14T09:30:12.000Z',
  finishedAt: '2026-02-14T09:35:10.000Z',
  interrupted: false,
  seed: '7f3a91',
  budget: { totalMs: 300_000, usedMs: 298_000 },
  plan: { trials: 59, confidence: 0.95, maxRate: 0.05, start: 'mixed', processes: 1, fewest: 5 },
  timeoutMs: 30_000,
  environment: {
    node: 'v22.12.0',
    platform: 'linux 6.1.0 x64',
    cpu: 'A processor',
    cores: 2,
    stores: {
      postgres: { description: 'PostgreSQL 18.4, embedded' },
      mongodb: { description: 'SecantusDB 0.7.0b3 (speaks MongoDB 8.2.11)' },
      memory: { description: "memory of the clients' process" },
    },
  },
  contracts: [CHECKOUT, ORDERS],
  exitCode: 3,
};
