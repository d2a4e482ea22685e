import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readReporters } from './reporters.js';

const root = mkdtempSync(path.join(os.tmpdir(), 'race-check-reporters-'));
mkdirSync(path.join(root, 'taken'));
writeFileSync(path.join(root, 'here'), '');
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function read(words: readonly string[], json = false) {
  const problems: string[] = [];
  const reporters = await readReporters(
    words.map((word) => word.replace('=', `=${root}/`)),
    json,
    problems,
  );
  return { kinds: reporters.map(({ kind, file }) => (file === undefined ? kind : `${kind}=FILE`)), problems };
}

describe('what --reporter asks for', () => {
  it.each<readonly [readonly string[], boolean, readonly string[]]>([
    [[], false, ['table']],
    [[], true, ['json']],
    [['junit=j.xml'], false, ['table', 'junit=FILE']],
    [['junit=j.xml'], true, ['junit=FILE', 'json']],
    [['junit'], false, ['junit']],
    [['github'], false, ['table', 'github']],
    [['github', 'markdown'], false, ['github', 'markdown']],
    [['table=t.txt', 'json=new/folder/r.json'], false, ['table', 'table=FILE', 'json=FILE']],
  ])('%j (--json: %s) is %j', async (words, json, kinds) => {
    expect(await read(words, json)).toEqual({ kinds, problems: [] });
    expect(readdirSync(root).sort()).toEqual(['here', 'taken']);
  });

  it.each([
    ['a reporter that nobody knows', ['junti=x.xml'], 'unknown reporter "junti", did you mean "junit"?'],
    ['two on stdout', ['junit', 'markdown'], 'expected one reporter on stdout, got junit and markdown'],
    ['annotations inside a document', ['github', 'junit'], 'expected stdout for the annotations of github'],
    ['one file twice', ['json=x', 'junit=./x'], 'expected a file of its own for each reporter'],
    ['a folder', ['json=taken'], 'taken": it is a folder'],
    ['a file in a file', ['json=here/x'], 'here/x": a part of this path is a file'],
    ['a file for github', ['github=x.md'], 'expected --reporter github without a file'],
  ] as const)('is refused where it is %s', async (_, words, problem) => {
    expect((await read(words)).problems).toEqual([expect.stringContaining(problem)]);
  });
});
