import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { whyMissing } from '../stores/why-missing.fixture.js';
import { it } from './fixtures/user-folder.fixture.js';

/** Has `body` use a disk of so many kilobytes; false where nobody lets us make one. */
async function onSmallDisk(kilobytes: number, body: (disk: string) => Promise<void>): Promise<boolean> {
  const disk = mkdtempSync(path.join(os.tmpdir(), 'race-check-disk-'));
  const options = `size=${kilobytes}k,mode=1777`;
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]);
  try {
    if (status !== 0) return false;
    await body(disk);
    return true;
  } finally {
    if (status === 0) spawnSync('umount', [disk]);
    rmdirSync(disk);
  }
}

const MAY_MOUNT = process.platform === 'linux' && (await onSmallDisk(64, () => Promise.resolve()));
const why = MAY_MOUNT ? '' : ' (not tried: a disk of its own can be mounted by root only)';

describe.skipIf(!MAY_MOUNT)(`a full disk${why}`, { timeout: 120_000 }, () => {
  it('under the server from the start is said, with what to do, and nothing is left', async ({ folder }) => {
    await onSmallDisk(6_000, async (disk) => {
      const { code, stdout, stderr } = await folder.run(['flash-sale', '--no-report'], { TMPDIR: disk });
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
        `There is no space left for the server's data in ${disk}`,
      );
      expect(stderr).not.toContain('    at ');
      expect(code).toBe(3);
      expect(folder.left()).toEqual([]);
    });
  });

  it('under another server is said as well, which itself may say nothing', async ({ folder, skip }) => {
    const missing = whyMissing('mongodb');
    if (missing !== undefined) skip(missing);
    await onSmallDisk(20, async (disk) => {
      const { code, stdout } = await folder.run(
        ['customer-creation', '--target', 'mongodb/inc', '--no-report'],
        { TMPDIR: disk },
      );
      expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
        new RegExp(`could not be started: the disk of ${disk} is full, 0 MiB are left. Make room there`),
      );
      expect(code).toBe(3);
      expect(folder.left()).toEqual([]);
    });
  });

  it('in the middle of a run makes it inconclusive, and nothing is left', async ({ folder }) => {
    await onSmallDisk(11_500, async (disk) => {
      const words = ['flash-sale', '--target', 'postgres/atomic-update', '--trials', '5000', '--no-report'];
      const { code, stdout } = await folder.run(words, { TMPDIR: disk });
      // Either the server has to give up, or it lives on and refuses to write.
      expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/the postgres server died|No space left on device/);
      expect(code).toBe(2);
      expect(folder.left()).toEqual([]);
    });
  });

  it('under the reports loses the files, not the table', async ({ folder }) => {
    await onSmallDisk(4, async (disk) => {
      const words = ['last-unit', '--target', 'memory/mutex', '--trials', '5', '--out', disk];
      const { code, stdout, stderr } = await folder.run(words);
      expect(stdout).toContain('memory/mutex');
      expect(stderr).toContain('no space is left on the device');
      expect(code).toBe(3);
    });
  });
});
