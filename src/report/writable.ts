import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/**
 * Tries to write where a report shall go, and takes away what it made. Resolves with nothing if it can be written, else
 * with one paragraph for people: what was expected, what came, what to do.
 */
export async function checkWritable(dir: string): Promise<string | undefined> {
  const error = await tryFolder(dir);
  return error === undefined ? undefined : unwritable(dir, error);
}

/** Why a file cannot be written at this place, as a clause; nothing if it can be. Its folder need not be there yet. */
export async function whyFileUnwritable(file: string): Promise<string | undefined> {
  const there = await stat(file).catch(() => undefined);
  if (there?.isDirectory()) return 'it is a folder';
  if (await isWrittenInPlace(file)) {
    return access(file, constants.W_OK).then(() => undefined, reasonOf);
  }
  const error = await tryFolder(dirname(resolve(file)));
  if (error === undefined) return undefined;
  return (error as NodeJS.ErrnoException).code === 'EEXIST' ? REASONS.ENOTDIR : reasonOf(error);
}

/**
 * Whether something is there that must not give way to a file: a device, a pipe, or what a descriptor of this process stands for
 * (`/dev/stdout`, `/dev/fd/63`), even where that is a file.
 */
export async function isWrittenInPlace(file: string): Promise<boolean> {
  const there = await stat(file).catch(() => undefined);
  if (there === undefined || there.isDirectory()) return false;
  return !there.isFile() || /^\/(?:dev|proc)\//.test(resolve(file));
}

/** What went wrong when something was written there, and taken away again. */
async function tryFolder(dir: string): Promise<unknown> {
  let made: string | undefined;
  try {
    made = await makeFolder(dir);
    const probe = join(dir, `.race-check-probe-${process.pid}-${randomBytes(3).toString('hex')}`);
    await writeFile(probe, '');
    await unlink(probe);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    if (made !== undefined) await removeEmpty(dir, made);
  }
}

/**
 * Makes the folder and those above it, and resolves with the first one that it made. One after the other: Node's own
 * recursive mkdir never ends where a folder is there and the system says, of one to be made in it, that it is not (/proc).
 */
async function makeFolder(dir: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let folder = resolve(dir); !(await isThere(folder)); folder = dirname(folder)) missing.unshift(folder);
  const [first] = missing;
  // Fails as it should: something else is there.
  if (first === undefined && !(await isFolder(dir))) await mkdir(dir);
  for (const folder of missing) {
    await mkdir(folder).catch(async (error: unknown) => {
      // Another run made it just now.
      if (await isFolder(folder)) return;
      if (first !== undefined) await removeEmpty(dirname(folder), first);
      throw error;
    });
  }
  return first;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (there) => there.isDirectory(),
    () => false,
  );
}

/** The words for a folder that a report cannot be written to. */
export function unwritable(dir: string, error: unknown): string {
  return `expected a folder that reports can be written to, got "${dir}": ${reasonOf(error)}. Name another one with --out, or write none with --no-report.`;
}

export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = REASONS;
  return (code === undefined ? undefined : known[code]) ?? message;
}

const REASONS = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of this path is a file',
  ENOENT: 'nothing can be made there',
  EEXIST: 'it is a file',
  ENOSPC: 'no space is left on the device',
  ENAMETOOLONG: 'the path is too long',
  ELOOP: 'its symbolic links lead in a circle',
} as const;

/** From the deepest folder up to the first one that was made. A folder that somebody else has begun to use stays. */
async function removeEmpty(dir: string, firstMade: string): Promise<void> {
  const last = resolve(firstMade);
  for (let folder = resolve(dir); folder.startsWith(last); folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
  }
}
