import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeWhole } from './whole-file.js';
import { whyFileUnwritable } from './writable.js';

const root = mkdtempSync(path.join(os.tmpdir(), 'race-check-whole-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const at = (name: string) => path.join(root, name);

describe('a file is written whole', () => {
  it('in a folder that it makes, in place of an older one, and through a link that stays', async () => {
    await writeWhole(at('new/report.json'), 'first');
    symlinkSync(at('new/report.json'), at('latest.json'));
    await writeWhole(at('latest.json'), 'second');
    expect(readFileSync(at('new/report.json'), 'utf8')).toBe('second');
    expect(lstatSync(at('latest.json')).isSymbolicLink()).toBe(true);
    expect(readdirSync(at('new'))).toEqual(['report.json']);
  });

  it.skipIf(process.platform === 'win32')('into a pipe, which stays one', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    expect(await whyFileUnwritable(at('pipe'))).toBeUndefined();
    const [read] = await Promise.all([readFile(at('pipe'), 'utf8'), writeWhole(at('pipe'), 'report')]);
    expect(read).toBe('report');
    expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
  });

  // By way of a link: what is under test would replace the device itself.
  it.skipIf(process.platform !== 'linux')('never in place of a device', async () => {
    symlinkSync('/dev/full', at('full'));
    await expect(writeWhole(at('full'), 'report')).rejects.toThrow('no space is left on the device');
    expect(lstatSync(at('full')).isSymbolicLink()).toBe(true);
    symlinkSync('/dev/null', at('null'));
    await writeWhole(at('null'), 'report');
    expect(lstatSync(at('null')).isSymbolicLink()).toBe(true);
  });

  it.skipIf(process.platform !== 'linux')(
    'onto what a descriptor stands for, behind what is there',
    async () => {
      const file = await open(at('stdout.txt'), 'w');
      await file.write('table\n');
      const place = `/proc/${process.pid}/fd/${file.fd}`;
      expect(await whyFileUnwritable(place)).toBeUndefined();
      await writeWhole(place, 'report');
      await file.close();
      expect(readFileSync(at('stdout.txt'), 'utf8')).toBe('table\nreport');
    },
  );
});
