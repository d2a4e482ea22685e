import type { ChosenTarget } from './choice.js';
import { findK6 } from './load-engines.js';

/** A load engine that is not here. The message is for people. */
export class EngineMissing extends Error {
  override readonly name = 'EngineMissing';
}

/** Throws EngineMissing, with the command that gets it. */
export async function findK6Program(): Promise<string> {
  const engine = await findK6();
  if (engine.found) return engine.where;
  throw new EngineMissing(
    `--engine k6 needs k6, which is neither on the PATH nor in the cache. Get it with: ${engine.remedy}`,
  );
}

/** What speaks against k6 for these targets. */
export function k6Problems(named: readonly ChosenTarget[]): readonly string[] {
  return named.flatMap(({ target: { id, api } }) => {
    if (api === undefined) return [`${id} is no HTTP API: k6 sends HTTP requests`];
    const { baseUrl } = api;
    const isEncrypted = typeof baseUrl === 'string' && baseUrl.startsWith('https:');
    return isEncrypted
      ? [
          `${id} is reached over TLS, behind which k6's requests could not be counted: use its http:// address`,
        ]
      : [];
  });
}
