import type { Blocking, StoreNamespace } from '../stores/store.js';
import type { HostConnection } from './protocol.js';

/** That the server saw one client wait for another, and in how many samples of a trial. */
export interface ServerWait {
  readonly waiter: number;
  readonly holder: number;
  readonly samples: number;
}

/** What servers saw of waits in one trial. */
export interface ServerWaits {
  readonly pairs: readonly ServerWait[];
  /** How long each statement that was seen to wait had waited when it was last seen: what came later, nobody saw. */
  readonly lockWaitsNs: readonly number[];
}

const FIRST_PAUSE_MS = 5;
/** A long burst is sampled more and more rarely, so that the samples reach to its end. */
const PAUSE_SHARE = 0.1;
const MOST_SAMPLES = 60;

/**
 * Asks the stores again and again who waits for whom, until the function that it returns is called: that resolves with what
 * was seen, after the last answer; with nothing where no store can tell. At most 60 samples, 5 ms apart at first, later a tenth of the time that has gone by. A
 * store that does not answer well is not asked again: what is not seen is no evidence of anything.
 */
export function watchWaits(
  connections: readonly HostConnection[],
  namespaces: ReadonlyMap<string, StoreNamespace>,
): () => Promise<ServerWaits | undefined> {
  const stop = new AbortController();
  const seen = new SeenWaits();
  const watching = [...namespaces].flatMap(([store, namespace]) => {
    const own = connections.filter((connection) => connection.store === store);
    const ask = namespace.blocking?.bind(namespace);
    return ask === undefined || own.length < 2 ? [] : [sample(() => ask(own), seen, stop.signal)];
  });
  return async () => {
    stop.abort();
    await Promise.all(watching);
    return watching.length === 0 ? undefined : seen.waits();
  };
}

class SeenWaits {
  readonly #pairs = new Map<string, { waiter: number; holder: number; samples: number }>();
  readonly #waitedMs = new Map<string, number>();

  /** One sample. */
  add(blocking: readonly Blocking[]): void {
    for (const { waiter, holder, statement } of blocking) {
      const pair = `${waiter.client} ${holder.client}`;
      const known = this.#pairs.get(pair) ?? { waiter: waiter.client, holder: holder.client, samples: 0 };
      known.samples += 1;
      this.#pairs.set(pair, known);
      // The second lock that a statement waits for begins anew.
      const longest = Math.max(this.#waitedMs.get(statement.id) ?? 0, statement.waitedMs);
      this.#waitedMs.set(statement.id, longest);
    }
  }

  waits(): ServerWaits {
    return {
      pairs: [...this.#pairs.values()],
      lockWaitsNs: Array.from(this.#waitedMs.values(), (waitedMs) => waitedMs * 1e6),
    };
  }
}

async function sample(
  ask: () => Promise<readonly Blocking[]>,
  seen: SeenWaits,
  stop: AbortSignal,
): Promise<void> {
  const startedAt = performance.now();
  try {
    for (let samples = 0; samples < MOST_SAMPLES; samples += 1) {
      await pause(Math.max(FIRST_PAUSE_MS, (performance.now() - startedAt) * PAUSE_SHARE), stop);
      if (stop.aborted) return;
      seen.add(await ask());
    }
  } catch {
    // A server that is gone, or too busy to answer: the trial itself will tell.
  }
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.addEventListener('abort', done);
    if (stop.aborted) done();
  });
}
