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
