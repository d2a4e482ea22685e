import { parseMongodbUrl } from './mongodb/url.js';
import { parsePostgresUrl } from './postgres/url.js';
import { parseRedisUrl } from './redis/url.js';
import { StoreUnavailable } from './store.js';

const PARSERS: Readonly<Record<string, (text: string, allowRemote: boolean) => unknown>> = {
  postgres: parsePostgresUrl,
  mongodb: parseMongodbUrl,
  redis: parseRedisUrl,
};

/** What is wrong with a URL, as far as it says so itself, and what to do about it. Never connects, and never tells its password. */
export function urlProblem(store: string, url: string, allowRemote: boolean): string | undefined {
  return urlProblemOf(() => PARSERS[store]?.(url, allowRemote));
}

/** What reading a URL complains of. */
export function urlProblemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return `${error.message} ${error.remedy}.`;
  }
}
