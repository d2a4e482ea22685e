import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { openReaper } from '../../process/reaper.js';
import { runName } from '../run-name.js';
import { rejection } from '../slots.fixture.js';
import { StoreUnavailable } from '../store.js';
import { openFile } from './server.js';

const reaper = openReaper();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'file-store-'));
afterAll(() => {
  reaper.close();
  fs.rmSync(scratch, { recursive: true });
});
afterEach(() => vi.unstubAllEnvs());
const request = { url: undefined, allowRemote: false, runId: 'files', connections: 1, reaper };

describe('files of this run alone', () => {
  it('are in a folder for each namespace, gone when it is dropped, and all of them when the run ends', async () => {
    vi.stubEnv('TMPDIR', scratch);
    const server = await openFile(request);
    const [one, other] = [await server.namespace(), await server.namespace()];
    for (const { address } of [one, other])
      fs.writeFileSync(path.join(address.namespace, 'seats.json'), '{}');
    await one.drop();
    expect(fs.existsSync(one.address.namespace)).toBe(false);
    expect(fs.existsSync(path.join(other.address.namespace, 'seats.json'))).toBe(true);
    expect(await server.trouble()).toBeUndefined();
    await server.stop();
    expect(fs.readdirSync(scratch)).toEqual([]);
    expect(await server.trouble()).toMatchObject({ isGone: true });
    await server.stop();
  });

  it('of a killed run are removed by the next one, and nothing else', async () => {
    vi.stubEnv('TMPDIR', scratch);
    const { host, pid, prefix } = runName('living');
    const dead = `race_check_abc_${host}_${pid}_00000000_1`;
    const kept = [`race_check_abc_00000000_${pid}_00000000_1`, `${prefix}_9`, 'race_check_of_mine'];
    for (const name of [dead, ...kept]) fs.mkdirSync(path.join(scratch, name, 'below'), { recursive: true });
    await (await openFile(request)).stop();
    expect(fs.readdirSync(scratch).sort()).toEqual([...kept].sort());
    for (const name of kept) fs.rmSync(path.join(scratch, name), { recursive: true });
  });

  it('cannot be had where nothing can be written, and the way out is named', async () => {
    const file = path.join(scratch, 'a-file');
    fs.writeFileSync(file, '');
    vi.stubEnv('TMPDIR', file);
    const error = await rejection(openFile(request));
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(error).toMatchObject({ remedy: expect.stringContaining('TMPDIR') as string });
    fs.rmSync(file);
  });
});
