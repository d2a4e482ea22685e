import { StoreUnavailable } from '../store.js';
import { installFolder } from './programs.js';

/**
 * Downloads a `mongod` for this platform through mongodb-memory-server-core, into the user's cache, where runs find it; one
 * that is there already is kept. Resolves with its path. Rejects with `StoreUnavailable`. The only place that downloads.
 */
export async function installMongod(): Promise<string> {
  const { MongoBinary } = await import('mongodb-memory-server-core').catch((error: unknown) => {
    throw new StoreUnavailable(
      'mongodb',
      'The package mongodb-memory-server-core, which knows where to download a mongod from, is not installed.',
      'Run npm install mongodb-memory-server-core',
      { cause: error },
    );
  });
  try {
    return await MongoBinary.getPath({ downloadDir: installFolder() });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreUnavailable(
      'mongodb',
      `A mongod could not be downloaded: ${reason.replace(/\s+/g, ' ')}`,
      'See that this machine reaches the download server (MONGOMS_DOWNLOAD_MIRROR names another one, by https), or install MongoDB by its own instructions and put mongod on PATH',
      { cause: error },
    );
  }
}
