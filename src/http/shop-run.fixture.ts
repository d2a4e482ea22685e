import type { Contract } from '../core/contract.js';
import type { Scenario } from '../core/scenario.js';
import type { Target } from '../core/target.js';
import type { TrialPlan } from '../core/verdict.js';
import { inProcessHost } from '../engine/in-process-host.js';
import { runTarget, type TargetRun } from '../engine/run-target.js';
import type { StoreServer } from '../stores/store.js';
import type { Shop } from '../../bench/shop-target.js';

const status = {
  keys: () => ['the unit'],
  output: {
    safeParse: (value: unknown) =>
      typeof value === 'number'
        ? ({ success: true, data: value } as const)
        : ({ success: false, error: { issues: [{ path: [], message: 'expected a status' }] } } as const),
  },
};

const shop: Contract<Shop> = {
  name: 'shop',
  summary: 'One unit is left.',
  operations: { buy: status, lateBuy: status },
};

/** So many clients buy the last unit; `unequal`: every second one works first. */
export function lastUnit(unequal: boolean): Scenario<Shop> {
  return {
    name: 'last-unit',
    contract: shop,
    summary: 'All want the last unit.',
    describe: ({ clients }) => `${clients} clients`,
    source: 'a test',
    parameters: { clients: { default: 2, min: 1, max: 1_000, describe: 'clients' } },
    initial: () => null,
    attempts: ({ clients = 2 }) =>
      Array.from({ length: clients }, (_, client) => ({
        f: unequal && client % 2 === 0 ? 'lateBuy' : 'buy',
        input: null,
      })),
    unequal,
    checkers: [
      {
        name: 'one buyer',
        anomalies: ['oversold'],
        check: ({ operations }) => {
          const sold = operations.filter((one) => one.status === 'ok' && one.output === 200);
          if (sold.length < 2) return [];
          const observed = `${sold.length} were told so`;
          return [
            {
              ...{ anomaly: 'oversold', grade: 'violation', message: 'sold more than once' },
              ...{ expected: 'one buyer', observed, witness: sold.map(({ invokeIndex }) => invokeIndex) },
            },
          ];
        },
      },
    ],
    tally: ({ operations }) => ({ answered: operations.filter((one) => one.status === 'ok').length }),
    expected: () => ({}),
    controls: {},
    defaultTarget: 'http/shop',
    small: {},
  };
}

/** The server behind a base URL as a store. */
export function httpStore(baseUrl: string): StoreServer {
  const { hostname, port } = new URL(baseUrl);
  return {
    ...{ store: 'http', description: 'a test', environment: {} },
    namespace: () =>
      Promise.resolve({
        address: { store: 'http', host: hostname, port: Number(port), namespace: '' },
        openTransactions: () => Promise.resolve([]),
        endSessions: () => Promise.resolve([]),
        drop: () => Promise.resolve(),
      }),
    trouble: () => Promise.resolve(undefined),
    stop: () => Promise.resolve(),
  };
}

/** Runs so many trials on it, with its host in this process unless told otherwise. */
export async function runShop(
  target: Target<Shop>,
  baseUrl: string,
  plan: Partial<TrialPlan> & { readonly clients: number; readonly unequal?: boolean },
  settings: Partial<TargetRun<Shop>> = {},
) {
  const { clients, unequal = false, ...trialPlan } = plan;
  const ended = await runTarget<Shop>({
    scenario: lastUnit(unequal),
    parameters: { clients },
    target: { kind: 'file', path: '' },
    openHost: inProcessHost(target as unknown as Parameters<typeof inProcessHost>[0]),
    servers: new Map([['http', httpStore(baseUrl)]]),
    plan: { trials: 6, confidence: 0.95, stopAtFirstViolation: false, ...trialPlan },
    ...{ start: 'mixed', seed: '7f3a91', timeoutMs: 5_000, processes: 1, watchesWaits: false },
    signal: new AbortController().signal,
    onTrial: () => undefined,
    ...settings,
  });
  await ended.closed;
  return ended.result;
}
