import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const MODULE = fileURLToPath(new URL('background-threads.ts', import.meta.url));

/** Tells what priority each of its threads has: the 19th word of its `stat`, counted from the state behind the name. */
const PROGRAM = `
  import fs from 'node:fs';
  import { createJiti } from 'jiti';
  const { yieldInBackground } = await createJiti(${JSON.stringify(import.meta.url)}).import(${JSON.stringify(MODULE)});
  const priorities = () => {
    const told = fs.readdirSync('/proc/self/task').map((thread) => {
      const stat = fs.readFileSync('/proc/self/task/' + thread + '/stat', 'utf8');
      return [Number(thread) === process.pid ? 'first' : 'other', Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])];
    });
    return { first: told.filter(([which]) => which === 'first').map(([, nice]) => nice), others: told.filter(([which]) => which === 'other').map(([, nice]) => nice) };
  };
  const before = priorities();
  yieldInBackground();
  console.log(JSON.stringify({ before, after: priorities() }));`;

describe('yieldInBackground', () => {
  it.runIf(process.platform === 'linux')('lowers every thread but the first', () => {
    const said = execFileSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
      encoding: 'utf8',
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    });
    const { before, after } = JSON.parse(said) as Record<
      'before' | 'after',
      Record<'first' | 'others', number[]>
    >;
    expect(after.first).toEqual(before.first);
    expect(after.others.length).toBeGreaterThan(0);
    expect(new Set(after.others)).toEqual(new Set([19]));
  });
});
