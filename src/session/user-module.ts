import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Endless, userCode } from './user-code.js';
import { userPlace } from './user-place.js';

/** A user's file that could not be loaded, or whose code threw or did not end where it is needed. The message is for people. */
export class UserModuleFailed extends Error {
  override readonly name = 'UserModuleFailed';
}

/**
 * The default export of a user's `.ts` or `.js` file, without a build step. `race-check` and its sub-paths resolve to
 * this very copy, from any folder, so that a file needs no package.json beside it. Throws UserModuleFailed.
 */
export async function loadUserModule(file: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  const here = (ours: string) => fileURLToPath(new URL(ours, import.meta.url));
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
    return await userCode().loading(path.basename(file), () => jiti.import(file, { default: true }));
  } catch (error) {
    throw new UserModuleFailed(`${file} could not be loaded: ${reasonOf(error)}`, { cause: error });
  }
}

/** What an error of a user's file says, in one line, with its place in that file. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Endless) return `${error.message}; is there an endless loop in it?`;
  // Below the first line of a missing module is the loader's own stack.
  const message = error.message.split('\nRequire stack:')[0]!.replace(/\s+/g, ' ').trim();
  const place = userPlace(error.stack);
  return place === undefined ? message : `${message} (${place})`;
}
