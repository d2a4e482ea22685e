import { fileURLToPath } from 'node:url';
import { userPlace } from './user-place.js';

/** A user's file that could not be loaded: it threw, or is no code. The message is for people. */
export class UserModuleFailed extends Error {
  override readonly name = 'UserModuleFailed';
}

/**
 * The default export of a user's `.ts` or `.js` file, without a build step. `race-check` and its sub-paths resolve to
 * this very copy, from any folder, so that a file needs no package.json beside it. Throws UserModuleFailed.
 */
export async function loadUserModule(path: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
  const jiti = createJiti(import.meta.url, {
    alias: {
      'race-check/postgres': here('../stores/postgres/connect.js'),
      'race-check/mongodb': here('../stores/mongodb/connect.js'),
      'race-check/redis': here('../stores/redis/connect.js'),
      'race-check/targets': here('../../targets'),
      'race-check/scenarios': here('../../scenarios'),
      'race-check': here('../index.js'),
    },
    interopDefault: true,
    moduleCache: true,
  });
  try {
    return await jiti.import(path, { default: true });
  } catch (error) {
    throw new UserModuleFailed(`${path} could not be loaded: ${reasonOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Below the first line of a missing module is the loader's own stack.
  const message = error.message.split('\nRequire stack:')[0]!.replace(/\s+/g, ' ').trim();
  const place = userPlace(error.stack);
  return place === undefined ? message : `${message} (${place})`;
}
