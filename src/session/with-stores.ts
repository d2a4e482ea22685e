import os from 'node:os';
import { clientsOf } from '../core/scenario.js';
import { openReaper, type Reaper } from '../process/reaper.js';
import type { Report } from '../report/report.js';
import type { StoreServer } from '../stores/store.js';
import type { RanTarget } from './compose-report.js';
import { openStores, type OpenStores } from './open-stores.js';
import type { SessionOptions } from './options.js';
import type { SessionPlan } from './plan-session.js';
import { storesOfPlan } from './needed-stores.js';
import type { Closing } from './run-plan.js';

/** Targets see at most this many connections besides those of their clients: workers, set-up, reads. */
const SPARE_CONNECTIONS = 16;
/** Room for an API's pools: four processes with 25 connections each. */
const API_CONNECTIONS = 100;

/** What is done with open stores. It may be over while something is still being closed: that is handed to `onClosing`. */
type Work<T> = (stores: OpenStores, reaper: Reaper, onClosing: (closing: Closing) => void) => Promise<T>;

export interface Ended<T> {
  readonly value: T;
  readonly environment: Report['environment'];
  /** Resolves when nothing of the run is left, with what went wrong while cleaning up; for people. */
  readonly stopped: Promise<readonly string[]>;
}

/**
 * Has `work` run these plans on stores that they share, and stops the stores, whatever becomes of it. Their logs are kept
 * where something is left unexplained.
 */
export function withStores<T extends { readonly ran: readonly RanTarget[] }>(
  options: StoreOptions,
  plans: readonly [SessionPlan, ...SessionPlan[]],
  work: Work<T>,
): Promise<Ended<T>> {
  const clients = plans.map(
    ({ scenario, parameters, processes }) => clientsOf(scenario, parameters) + processes,
  );
  // How many connections an API opens to its stores is for it to say.
  const pools = plans.flatMap(storesOfPlan).includes('http') ? API_CONNECTIONS : 0;
  const needs = {
    runId: plans[0].runId,
    stores: [...new Set(plans.flatMap(storesOfPlan))],
    clients: Math.max(...clients, pools),
  };
  return withOpenStores(options, needs, work, ({ ran }) => ran.some(isUnexplained));
}

export type StoreOptions = Pick<SessionOptions, 'storeUrls' | 'allowRemote' | 'keepLogsIn' | 'signal'>;

/**
 * Opens stores for `work`, and stops them. Their logs are kept where the work threw, or came to something unexplained: there, what
 * it came to is known only when they have been. Else they stop while the caller goes on with it.
 */
export async function withOpenStores<T>(
  options: StoreOptions,
  needs: { readonly runId: string; readonly stores: readonly string[]; readonly clients: number },
  work: Work<T>,
  isUnexplained: (value: T) => boolean,
): Promise<Ended<T>> {
  const reaper = openReaper();
  const stores = openStores(options, needs.runId, needs.clients + SPARE_CONNECTIONS, reaper);
  stores.prepare(needs.stores);
  const closing: Closing[] = [];
  const all = (of: keyof Closing) => Promise.allSettled(closing.map((one) => one[of]));
  let value: T;
  try {
    value = await work(stores, reaper, (one) => closing.push(one));
  } catch (error) {
    await all('closed');
    await stores.stop(options.keepLogsIn);
    reaper.close();
    throw error;
  }
  const environment = environmentOf(stores.opened());
  const keepLogsIn = isUnexplained(value) ? options.keepLogsIn : undefined;
  const closed = all('closed');
  const stopped = all('rested')
    .then(() => stores.stop(keepLogsIn))
    .finally(() => closed)
    .finally(() => reaper.close());
  // The servers are told to stop before the caller goes on: it may keep this thread for as long as they need for it.
  await (keepLogsIn === undefined ? new Promise((resolve) => setImmediate(resolve)) : stopped);
  return { value, environment, stopped };
}

function isUnexplained({ result }: RanTarget): boolean {
  return (
    result.kind === 'could-not-run' ||
    (result.kind === 'judged' && result.judgement.verdict === 'inconclusive')
  );
}

/** Where a run took place, with what is known of these servers. */
export function environmentOf(servers: ReadonlyMap<string, StoreServer>): Report['environment'] {
  const cpus = os.cpus();
  return {
    node: process.version,
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    stores: Object.fromEntries(
      [...servers].map(([store, { description, environment }]) => [store, { description, ...environment }]),
    ),
  };
}
