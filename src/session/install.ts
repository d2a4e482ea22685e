import { UsageError } from '../core/usage-error.js';
import { StoreUnavailable } from '../stores/store.js';
import { didYouMean } from './nearest.js';

/** What `doctor --install` can fetch, and how. */
const INSTALLERS: Readonly<Record<string, () => Promise<string>>> = {
  mongodb: async () => (await import('../stores/mongodb/install.js')).installMongod(),
};

export type Installed =
  | { readonly ok: true; readonly file: string }
  | { readonly ok: false; readonly reason: string; readonly remedy: string };

/** Downloads a store's server. Rejects with UsageError for a store that it knows no way for. */
export async function install(store: string): Promise<Installed> {
  const known = Object.keys(INSTALLERS);
  const installer = Object.hasOwn(INSTALLERS, store) ? INSTALLERS[store] : undefined;
  if (installer === undefined) {
    const hint = didYouMean(store, known);
    throw new UsageError([`expected one of ${known.join(', ')} for --install, got "${store}"${hint}`]);
  }
  try {
    return { ok: true, file: await installer() };
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return { ok: false, reason: error.message, remedy: error.remedy };
  }
}
