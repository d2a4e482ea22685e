import { SCENARIOS } from '../../scenarios/index.js';
import { storesOf } from '../core/target.js';
import { openReaper, type Reaper } from '../process/reaper.js';
import { STORES, TARGETS_OWN_STORES } from '../stores/index.js';
import { StoreUnavailable, type Leftover, type StoreRequest, type StoreServer } from '../stores/store.js';
import { findLoadEngines, type LoadEngine } from './load-engines.js';
import type { SessionOptions } from './options.js';

/** What became of looking for one store. */
export type StoreDiagnosis =
  | {
      readonly store: string;
      readonly found: true;
      readonly description: string;
      /** The program that was started, where one was. */
      readonly program?: string;
      /** What could be better about it: each with what to do. */
      readonly remarks: readonly string[];
      /** Of other runs, on a server that a URL names; after a cleaning, what is still there. */
      readonly leftovers: readonly Leftover[];
      readonly removed: readonly string[];
    }
  | { readonly store: string; readonly found: false; readonly reason: string; readonly remedy: string };

export interface Diagnosis {
  readonly stores: readonly StoreDiagnosis[];
  readonly engines: readonly LoadEngine[];
  /** The scenario that a newcomer runs first, and whether its stores are here. */
  readonly defaultScenario: { readonly name: string; readonly canRun: boolean };
}

export interface DiagnosisOptions extends Pick<SessionOptions, 'storeUrls' | 'allowRemote'> {
  /** Removes what killed runs of this host left. */
  readonly clean: boolean;
}

/** Opens every store in turn and stops it again. What runs left is looked at, and removed only if asked for. */
export async function diagnose(options: DiagnosisOptions): Promise<Diagnosis> {
  const engines = findLoadEngines();
  const reaper = openReaper();
  try {
    const stores: StoreDiagnosis[] = [];
    for (const store of Object.keys(STORES).filter((one) => !TARGETS_OWN_STORES.includes(one)))
      stores.push(await diagnoseStore(store, options, reaper));
    return { stores, engines: await engines, defaultScenario: await judgeDefault(stores) };
  } finally {
    reaper.close();
  }
}

async function judgeDefault(stores: readonly StoreDiagnosis[]): Promise<Diagnosis['defaultScenario']> {
  const [name, load] = Object.entries(SCENARIOS)[0]!;
  const { defaultTarget } = await load();
  const needed = storesOf({ id: defaultTarget });
  const canRun = needed.every((store) => stores.some((one) => one.store === store && one.found));
  return { name, canRun };
}

async function diagnoseStore(
  store: string,
  options: DiagnosisOptions,
  reaper: Reaper,
): Promise<StoreDiagnosis> {
  const request: StoreRequest = {
    url: options.storeUrls?.[store],
    allowRemote: options.allowRemote ?? false,
    ...{ runId: 'doctor', connections: 1, reaper, keepLeftovers: true },
  };
  try {
    return await opened(store, request, async (server) => {
      const before = (await server.leftovers?.()) ?? [];
      const dead = before.filter(({ run }) => run === 'dead');
      const leftovers = options.clean && dead.length > 0 ? await cleaned(store, request) : before;
      const there = new Set(leftovers.map(({ namespace }) => namespace));
      const { program } = server.environment;
      return {
        ...{ store, found: true, description: server.description, remarks: remarksOn(server) },
        ...(program === undefined ? {} : { program }),
        leftovers,
        removed: options.clean ? dead.map(({ namespace }) => namespace).filter((one) => !there.has(one)) : [],
      };
    });
  } catch (error) {
    // Whatever is wrong with one store, the others are looked at too.
    const reason = error instanceof Error ? error.message : String(error);
    const remedy =
      error instanceof StoreUnavailable ? error.remedy : 'This should not happen: please report it';
    return { store, found: false, reason, remedy };
  }
}

/** Opening a store as a run does removes what killed runs left. */
function cleaned(store: string, request: StoreRequest): Promise<readonly Leftover[]> {
  return opened(
    store,
    { ...request, keepLeftovers: false },
    async (server) => (await server.leftovers?.()) ?? [],
  );
}

async function opened<T>(
  store: string,
  request: StoreRequest,
  look: (server: StoreServer) => Promise<T>,
): Promise<T> {
  const open = await STORES[store]!();
  const server = await open(request);
  try {
    return await look(server);
  } finally {
    await server.stop();
  }
}

function remarksOn({ store, environment, lacks = {} }: StoreServer): readonly string[] {
  const missing = Object.entries(lacks).map(
    ([feature, { reason, remedy }]) => `No ${feature}: ${reason}. ${remedy}`,
  );
  const standIn =
    store === 'mongodb' && environment['product'] !== 'MongoDB' && environment['server'] === 'local'
      ? [
          'It is not MongoDB: speed and rates measured on it say nothing about MongoDB. ' +
            'race-check doctor --install mongodb downloads a mongod',
        ]
      : [];
  return [...missing, ...standIn];
}
