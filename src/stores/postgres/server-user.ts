import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The user that the server's processes run as, where that is not ourselves. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** `nobody` on Linux, and `daemon`, which every Unix has. */
const CANDIDATES = process.platform === 'darwin' ? [1] : [65534, 1];

/**
 * PostgreSQL refuses to run as root: for root, an unprivileged user. One with a name, since `initdb` wants to know it.
 * `undefined` for everybody else.
 */
export function serverUser(): ServerUser | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  const named = new Set(
    readOrEmpty('/etc/passwd')
      .split('\n')
      .map((line) => Number(line.split(':')[2] ?? Number.NaN)),
  );
  const id = CANDIDATES.find((candidate) => named.has(candidate)) ?? CANDIDATES[0] ?? 1;
  return { uid: id, gid: id };
}

/** The user may go through every folder on the way, by their mode bits. */
export function canEnter(user: ServerUser | undefined, folder: string): boolean {
  if (user === undefined) return true;
  try {
    let current = fs.realpathSync(folder);
    for (;;) {
      if (!allows(fs.statSync(current), user, 0o1)) return false;
      const parent = path.dirname(current);
      if (parent === current) return true;
      current = parent;
    }
  } catch {
    return false;
  }
}

/** The user may run this file, or read it. */
export function canUse(user: ServerUser | undefined, file: string, bit: 0o1 | 0o4): boolean {
  if (user === undefined) return true;
  try {
    return canEnter(user, path.dirname(file)) && allows(fs.statSync(file), user, bit);
  } catch {
    return false;
  }
}

function allows(stats: fs.Stats, { uid, gid }: ServerUser, bit: number): boolean {
  const shift = stats.uid === uid ? 6 : stats.gid === gid ? 3 : 0;
  return ((stats.mode >> shift) & bit) !== 0;
}

/** A path for this run's own folder that the server's user can reach, not made yet; undefined if there is no such place. */
export function runFolderPath(user: ServerUser | undefined): string | undefined {
  const parent = [...memoryDisk(), os.tmpdir(), '/tmp', '/var/tmp'].find(
    (place) => isWritable(place) && canEnter(user, place),
  );
  return parent && path.join(fs.realpathSync(parent), `race-check-${randomBytes(8).toString('hex')}`);
}

const TMPFS = 0x01021994;
const ROOM_BYTES = 1024 ** 3;

/**
 * A folder in memory, where Linux has one with room: to make the four hundred files of a server's data takes 0.2 s or more on
 * a disk, and a tenth of it there. Not where somebody chose another place for temporary files.
 */
function memoryDisk(): readonly string[] {
  if (process.platform !== 'linux' || os.tmpdir() !== '/tmp') return [];
  try {
    const { type, bavail, bsize } = fs.statfsSync('/dev/shm');
    const roomBytes = Math.min(bavail * bsize, process.availableMemory?.() ?? os.freemem());
    return type === TMPFS && roomBytes >= ROOM_BYTES ? ['/dev/shm'] : [];
  } catch {
    return [];
  }
}

function isWritable(folder: string): boolean {
  try {
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function readOrEmpty(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
