import { mkdir, mkdtemp, readFile, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReportNotWritten, checkWritable, historyNames, writeRun } from './files.js';
import { compareAll, gateHolds, gateInterrupted, gateNotRun } from './report.fixture.js';
import type { Report } from './report.js';

let base: string;
let out: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'race-check-files-'));
  out = join(base, 'reports');
});
afterEach(() => rm(base, { recursive: true, force: true }));

const RUN = '20260214-093012-7f3a91';
const naive = new Map([['postgres/naive', '{"format":"race-check-history"}\n']]);
const reportIn = async (folder: string) =>
  JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as Report;

describe('writeRun', () => {
  it('writes a report and its history into a folder of their own, and points latest to it', async () => {
    const { folder, latest, report } = await writeRun({ out, report: gateHolds, histories: naive });
    expect(folder).toBe(join(out, 'flash-sale', RUN));
    expect(await readdir(folder)).toEqual(['history.jsonl', 'report.json']);
    expect(await reportIn(folder)).toEqual(report);
    expect(latest).toBe(join(out, 'latest'));
    expect(await readlink(join(out, 'latest'))).toBe(join('flash-sale', RUN));
    expect(await reportIn(join(out, 'latest'))).toEqual(report);
    expect(report.targets[1]).toMatchObject({ id: 'postgres/naive', history: 'history.jsonl' });
    expect(await readdir(join(out, 'flash-sale'))).toEqual([RUN]);
  });

  it('names several histories after their targets', async () => {
    const histories = new Map([...naive, ['memory/naive', 'm\n']]);
    const { folder, report } = await writeRun({ out, report: compareAll, histories });
    expect(await readFile(join(folder, 'memory-naive.history.jsonl'), 'utf8')).toBe('m\n');
    expect(report.targets.find(({ id }) => id === 'postgres/naive')).toMatchObject({
      history: 'postgres-naive.history.jsonl',
    });
  });

  it('writes no password', async () => {
    const { folder } = await writeRun({ out, report: gateNotRun, histories: new Map() });
    const written = await readFile(join(folder, 'report.json'), 'utf8');
    expect(written).not.toContain('hunter2');
    expect(written).toContain('redis://user:***@localhost:6379');
  });

  it('keeps the logs of servers', async () => {
    const serverLogs = join(base, 'logs');
    await mkdir(serverLogs);
    await writeFile(join(serverLogs, 'postgres.log'), 'FATAL\npostgres://bob:hunter2@db/x\n');
    const { folder, logs } = await writeRun({ out, report: gateHolds, histories: new Map(), serverLogs });
    expect(logs).toBe(join(folder, 'server-logs'));
    expect(await readFile(join(folder, 'server-logs', 'postgres.log'), 'utf8')).toBe(
      'FATAL\npostgres://bob:***@db/x\n',
    );
  });

  it('leaves latest as it was after an interrupted run', async () => {
    await writeRun({ out, report: gateHolds, histories: new Map() });
    const interrupted = { ...gateInterrupted, runId: 'aaaaaa' };
    const { folder, latest } = await writeRun({ out, report: interrupted, histories: new Map() });
    expect(latest).toBeUndefined();
    expect((await reportIn(folder)).interrupted).toBe(true);
    expect(await readlink(join(out, 'latest'))).toBe(join('flash-sale', RUN));
  });

  it('keeps every one of many runs at once, even with one id, and latest is a whole one of them', async () => {
    const runs = Array.from({ length: 12 }, (_, place) => ({
      ...gateHolds,
      runId: place < 2 ? 'same' : `run${place}`,
    }));
    const folders = new Set<string>();
    for (const pair of [runs.slice(0, 1), runs.slice(1)]) {
      const written = await Promise.all(pair.map((report) => writeRun({ out, report, histories: naive })));
      for (const { folder } of written) folders.add(folder);
    }
    expect(folders.size).toBe(12);
    expect((await readdir(join(out, 'flash-sale'))).length).toBe(12);
    expect(runs.map(({ runId }) => runId)).toContain((await reportIn(join(out, 'latest'))).runId);
    expect((await readdir(out)).sort()).toEqual(['flash-sale', 'latest']);
  });

  it('replaces a latest that leads nowhere, and leaves alone a folder of that name', async () => {
    await mkdir(out);
    await symlink('gone', join(out, 'latest'));
    expect((await writeRun({ out, report: gateHolds, histories: new Map() })).latest).toBeDefined();
    await rm(join(out, 'latest'));
    await mkdir(join(out, 'latest'));
    const again = { ...gateHolds, runId: 'bbbbbb' };
    expect((await writeRun({ out, report: again, histories: new Map() })).latest).toBeUndefined();
  });

  it('leaves nothing behind when it fails', async () => {
    const serverLogs = join(base, 'no-such-folder');
    const writing = writeRun({ out, report: gateHolds, histories: naive, serverLogs });
    await expect(writing).rejects.toThrow(ReportNotWritten);
    expect(await readdir(join(out, 'flash-sale'))).toEqual([]);
    expect(await readdir(out)).toEqual(['flash-sale']);
  });

  it('says what was expected, what came and what to do where it cannot write', async () => {
    await writeFile(out, 'a file');
    await expect(writeRun({ out, report: gateHolds, histories: naive })).rejects.toThrow(
      /expected a folder that reports can be written to, got ".*reports.*": .*a file\. Name another one with --out/,
    );
  });

  it('stays inside its folder whatever a scenario and a run are called', async () => {
    const report = { ...gateHolds, runId: '../../x', scenario: { ...gateHolds.scenario, name: '../up/..' } };
    const { folder } = await writeRun({ out, report, histories: new Map([['../../evil', 'x']]) });
    expect(folder).toBe(join(out, 'up', '20260214-093012-x'));
    expect(await readdir(base)).toEqual(['reports']);
  });
});

describe('historyNames', () => {
  it('gives targets names that differ, also where files do not tell A from a', () => {
    const names = [...historyNames(['a/b', 'a-b', 'A/B', '///']).values()];
    expect(names).toEqual([
      'a-b.history.jsonl',
      'a-b-2.history.jsonl',
      'A-B-3.history.jsonl',
      'unnamed.history.jsonl',
    ]);
  });
});

describe('checkWritable', () => {
  it('has nothing to say about a folder that can be made, and leaves no trace', async () => {
    expect(await checkWritable(join(out, 'deep', 'er'))).toBeUndefined();
    expect(await readdir(base)).toEqual([]);
  });

  it('leaves what was there', async () => {
    await mkdir(out);
    await writeFile(join(out, 'mine'), '');
    expect(await checkWritable(out)).toBeUndefined();
    expect(await readdir(out)).toEqual(['mine']);
  });

  it.each(['file', 'file/below'])('names a folder that cannot be: %s', async (path) => {
    await writeFile(join(base, 'file'), '');
    const problem = await checkWritable(join(base, path));
    expect(problem).toContain(join(base, path));
    expect(problem).toMatch(
      /(it|a part of this path) is a file\. Name another one with --out, or write none/,
    );
  });

  it.runIf(process.platform === 'linux')('names a folder in which the system makes none', async () => {
    expect(await checkWritable('/proc/race-check/reports')).toContain('nothing can be made there');
  });

  it.skipIf(process.getuid?.() === 0)('names a folder that this user may not write to', async () => {
    await mkdir(out, { mode: 0o500 });
    expect(await checkWritable(out)).toContain('this user may not write there');
  });
});
