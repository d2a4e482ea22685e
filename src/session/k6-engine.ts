import { readFileSync } from 'node:fs';
import path from 'node:path';
import { TRIAL_VARIABLE } from '../engine/k6-script.js';
import { findK6 } from './load-engines.js';
import type { SessionOptions } from './options.js';

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

/** What speaks against a script of somebody's own. Adds nothing where there is none. */
export function k6ScriptProblems(
  { engine, k6Script }: Pick<SessionOptions, 'engine' | 'k6Script'>,
  cwd: string,
): readonly string[] {
  if (k6Script === undefined) return [];
  if (engine !== 'k6') return ['--k6-script is for --engine k6'];
  const expected = `expected a script that race-check export k6 printed for --k6-script, got "${k6Script}"`;
  try {
    const text = readFileSync(path.resolve(cwd, k6Script), 'utf8');
    return text.includes(TRIAL_VARIABLE) ? [] : [`${expected}: it does not read ${TRIAL_VARIABLE}`];
  } catch (error) {
    return [`${expected}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
