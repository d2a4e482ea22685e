import { limitWords } from '../../core/time-limit.js';
import type { Api, ApiStart, Environment } from '../../core/api.js';
import type { StoreAddress } from '../../core/context.js';
import { freePort, listens, addressesOf } from '../listening.js';
import {
  StoreUnavailable,
  type ApiInstances,
  type NamespaceGiven,
  type OpenStore,
  type StoreNamespace,
  type StoreRequest,
  type StoreServer,
} from '../store.js';
import { troubleOf, type Trouble } from '../trouble.js';
import { demandHere, parseBaseUrl, type BaseUrl } from './base-url.js';
import { openCommandLog } from './command-log.js';
import { startCommand, type Command } from './command.js';
import { commandEnvironment, shownCommand } from './environment.js';
import { httpVersionAt, type HttpVersion } from './http-version.js';
import { READY_MS, whyNotReady } from './ready.js';
import { settled } from './settling.js';

const DEFINE = 'Define it with defineHttpTarget';

/**
 * The API of one target: one that runs already, or one whose command is started for each namespace. Only on this machine,
 * unless it is allowed. Rejects with `StoreUnavailable`.
 *
 * An API has no sessions that could be ended from outside. A request without a clear answer (a time-out, a lost connection,
 * a 5xx) may still be at work behind it, and write into the final state or, worse, into the next trial. Smallest
 * counterexample: a request hangs for a second in a pool; the next trial resets the stock to 1; the hanging request sells
 * one and a request of that trial sells one: "oversold", and no race was in it. So either the target declares when its API
 * has come to rest, or such a trial is undecided, and the run goes on with a command that is started anew, on fresh stores;
 * with an API that was not started by us it ends there.
 */
export const openHttp: OpenStore = async (request) => {
  if (request.api === undefined) {
    throw new StoreUnavailable('http', 'This target does not say where its API is.', DEFINE);
  }
  const { api } = request.api;
  return api.start === undefined ? openRunning(api, request) : openStarted(api, api.start, request);
};

const SETTLE_HINT =
  'say in the target when its API has come to rest (settle), or which statuses surely did nothing (statuses)';

const AT_WORK = 'a request without a clear answer may still be at work in the API';

/** What both kinds of API have in common: no session is seen, and none can be ended. */
function namespaceAt(
  url: BaseUrl,
  api: Api,
  left: { unsettled(): void; drop(): Promise<void>; readonly unended: string },
): StoreNamespace {
  const { settle } = api;
  return {
    address: addressOf(url, api),
    openTransactions: () => Promise.resolve([]),
    endSessions: async (connections) => {
      if (settle !== undefined && (await settled(settle, { baseUrl: url.shown, ...askedOf(api) }))) return [];
      left.unsettled();
      return connections;
    },
    unended: left.unended,
    drop: () => left.drop(),
  };
}

function addressOf({ host, port, encrypted, shown }: BaseUrl, { insecure }: Api): StoreAddress {
  const tls = encrypted ? (insecure ? 'no-verify' : 'verify') : 'off';
  return { store: 'http', host, port, namespace: shown, tls };
}

function askedOf({ insecure, sync }: Api): Pick<Api, 'insecure' | 'sync'> {
  return { insecure, ...(sync === undefined ? {} : { sync }) };
}

/** Somebody else started it, and it goes on after us. */
async function openRunning(api: Api, { allowRemote }: StoreRequest): Promise<StoreServer> {
  if (typeof api.baseUrl !== 'string') {
    throw new StoreUnavailable('http', 'A base URL with a port of our choice needs a command.', DEFINE);
  }
  const url = parseBaseUrl(api.baseUrl, allowRemote);
  demandHere(url, await addressesOf(url.host), allowRemote);
  if (!(await listens(url.host, url.port))) {
    throw new StoreUnavailable(
      'http',
      `Nothing answers at ${url.shown}.`,
      'Start the API first, or have a target with a command start it (race-check init writes one)',
    );
  }
  const version = await httpVersionAt(url.shown, api);
  let isUnsettled = false;
  return {
    store: 'http',
    description: `API at ${url.shown}`,
    environment: { baseUrl: url.shown },
    namespace: () => {
      if (isUnsettled) {
        const lost = 'a request without a clear answer may write into any later trial, so the run ended';
        return Promise.reject(new StoreUnavailable('http', lost, api.settleHint ?? SETTLE_HINT));
      }
      return Promise.resolve(
        namespaceAt(url, api, {
          unsettled: () => (isUnsettled = true),
          drop: () => Promise.resolve(),
          unended: AT_WORK,
        }),
      );
    },
    trouble: () => troubleAt(url),
    httpVersion: () => version,
    stop: () => Promise.resolve(),
  };
}

/** What it answers is for the trials to judge: here it is enough that it takes connections. */
function troubleAt({ host, port }: BaseUrl, ended?: () => string | undefined): Promise<Trouble | undefined> {
  return troubleOf({
    ...{ store: 'http', host, port, ...(ended === undefined ? {} : { ended }) },
    ping: async () => {
      if (!(await listens(host, port))) throw new Error('no connection');
    },
  });
}

interface Running {
  readonly url: BaseUrl;
  readonly command: Command;
}

/** That of the namespace made last is instance 0; others only beside it. */
function openStarted(api: Api, start: ApiStart, request: StoreRequest): StoreServer {
  const { reaper, signal, allowRemote } = request;
  const log = openCommandLog(reaper);
  const shown = shownCommand(start);
  const named = (instance: number) =>
    instance === 0 ? `"${shown}"` : `"${shown}", the instance of client ${instance - 1},`;
  const running = new Map<number, Running>();
  /** What was wrong with instances when they were ended. */
  let seenTrouble: Trouble | undefined;
  let version: HttpVersion | undefined;
  let stopping: Promise<void> | undefined;

  const end = async (instance: number) => {
    await running.get(instance)?.command.stop();
  };
  const endAll = () => Promise.all([...running.keys()].map(end));
  const launch = async (instance: number, given: NamespaceGiven): Promise<Running> => {
    const fixed = typeof api.baseUrl === 'string' ? parseBaseUrl(api.baseUrl, allowRemote) : undefined;
    const port =
      fixed?.port ?? (instance > 0 ? running.get(instance)?.url.port : undefined) ?? (await freePort());
    const url =
      fixed ?? parseBaseUrl((api.baseUrl as (given: { port: number }) => string)({ port }), allowRemote);
    if (await listens(url.host, url.port)) {
      throw new StoreUnavailable(
        'http',
        `Somebody listens at ${url.shown} already: it would be tested in place of "${shown}".`,
        'Stop it, or leave the port to us (baseUrl: ({ port }) => `http://127.0.0.1:${port}`)',
      );
    }
    const env: Environment = commandEnvironment(start, { ...given, port: url.port, instance });
    log.hide(env);
    log.mark();
    let command: Command;
    try {
      command = await startCommand(start, env, log, reaper);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StoreUnavailable(
        'http',
        `${named(instance)} could not be started: ${reason}.`,
        'Correct start.command',
      );
    }
    const started = { url, command };
    running.set(instance, started);
    const why = await whyNotReady(start.readyWhen, {
      url,
      api: askedOf(api),
      command,
      log,
      signal,
    }).catch(async (error: unknown) => {
      await end(instance);
      throw error;
    });
    if (why !== undefined) {
      await end(instance);
      throw new StoreUnavailable(
        'http',
        `${named(instance)} did not get ready: ${why}. It printed\n${log.lastLines()}`,
        `Correct start.command or start.readyWhen (it waits ${limitWords(start.readyWhen?.withinMs ?? READY_MS)})`,
      );
    }
    return started;
  };
  const troubleIn = async (instance: number) => {
    const { url, command } = running.get(instance)!;
    return troubleAt(url, () => {
      const how = command.ended();
      return how === undefined ? undefined : `${named(instance)} ${how}; it printed\n${log.lastLines()}`;
    });
  };
  const trouble = async () => {
    if (seenTrouble !== undefined) return seenTrouble;
    for (const instance of running.keys()) {
      const seen = await troubleIn(instance);
      if (seen !== undefined) return seen;
    }
    return undefined;
  };
  const instances: ApiInstances = {
    launch: async (instance, given) => {
      await end(instance);
      try {
        return addressOf((await launch(instance, given)).url, api);
      } catch (error) {
        running.delete(instance);
        throw error;
      }
    },
    stop: async () => {
      seenTrouble = await trouble();
      for (const instance of [...running.keys()].filter((one) => one > 0)) {
        await end(instance);
        running.delete(instance);
      }
    },
  };

  return {
    store: 'http',
    description: start.title ?? `API of "${shown}"`,
    environment: { command: shown },
    isLast: true,
    instances,
    namespace: async (given = { others: [], parameters: {} }) => {
      await endAll();
      running.clear();
      seenTrouble = undefined;
      const started = await launch(0, given);
      // Later it may have been stopped, and what vouches for it is to be spoken to in the same way.
      version ??= await httpVersionAt(started.url.shown, api);
      return namespaceAt(started.url, api, {
        unsettled: () => undefined,
        drop: () => started.command.stop(),
        unended: `${AT_WORK}, and write: ${api.settleHint ?? SETTLE_HINT}`,
      });
    },
    trouble,
    httpVersion: () => version,
    stop: (keepLogAt) => {
      stopping ??= endAll()
        .then(() => {
          if (keepLogAt !== undefined) log.keep(keepLogAt);
        })
        .finally(() => log.remove());
      return stopping;
    },
  };
}
