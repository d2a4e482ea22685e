import { randomBytes } from 'node:crypto';
import type { Spec } from '../explore/spec/spec.js';
import { runSpec, type SpecEnd } from '../explore/spec/run-spec.js';
import { EXIT } from './exit-code.js';
import { openSpecServer, type OpenSpecServer } from './spec-server.js';
import { type StoreOptions, withOpenStores } from './with-stores.js';

export interface SpecOptions extends StoreOptions {
  readonly print: (text: string) => void;
}

export interface RanSpec extends SpecEnd {
  /** 0 if every permutation ran, 2 if one did not, which is told in `problems`. */
  readonly exitCode: number;
  readonly leftovers: readonly string[];
}

/**
 * Runs an isolation spec in a schema of its own on a PostgreSQL. Throws `StoreUnavailable`. When it is interrupted it stops
 * at once, and prints no permutation in part that it was in.
 */
export async function exploreSpec(spec: Spec, { print, ...options }: SpecOptions): Promise<RanSpec> {
  const needs = {
    runId: randomBytes(3).toString('hex'),
    stores: ['postgres'],
    // A session that is ended may still be there while the next one comes.
    clients: 3 * (spec.sessions.length + 1),
  };
  const { signal } = options;
  const { value, stopped } = await withOpenStores(
    options,
    needs,
    async (stores) => {
      const server = (await stores.need({ id: 'postgres/spec', stores: ['postgres'] })).get('postgres')!;
      const namespace = await server.namespace();
      const opened = await openSpecServer(namespace.address, spec.sessions.length);
      const stop = () => void opened.close();
      signal?.addEventListener('abort', stop);
      try {
        return await runSpec(spec, opened, {
          print: (text) => {
            if (!signal?.aborted) print(text);
          },
          ...(signal !== undefined && { signal }),
        });
      } finally {
        signal?.removeEventListener('abort', stop);
        await closeQuietly(opened);
        await namespace.drop().catch(() => undefined);
      }
    },
    ({ problems }) => problems.length > 0,
  );
  return {
    ...value,
    leftovers: await stopped,
    exitCode: value.problems.length > 0 ? EXIT.inconclusive : EXIT.holds,
  };
}

/** What is left of it goes with the namespace. */
async function closeQuietly(opened: OpenSpecServer): Promise<void> {
  await opened.close().catch(() => undefined);
}
