import fs from 'node:fs';
import { mkdir, stat, utimes } from 'node:fs/promises';
import { lock } from 'proper-lockfile';
import type { ClientContext, TargetContext } from '../../../src/core/context.js';
import { bookUnderLock, expiryMsOf, withinLimit } from '../booking.js';
import { readDecideWrite, seatsInFile } from './state.js';

/** The library takes no lock for stale that is younger. */
const SHORTEST_STALE_MS = 2_000;

/** What the library rejects with where the lock is somebody else's, or was removed while it was being acquired. */
const NOT_ACQUIRED = new Set(['ELOCKED', 'ENOENT']);

/** What a release rejects with where the lock was lost before. The booking under it was made nevertheless. */
const LOST = new Set(['ERELEASED', 'ENOTACQUIRED']);

type Release = () => Promise<void>;

/**
 * The library `proper-lockfile`: a folder as the lock (mkdir is atomic on network file systems too), its modification time kept
 * fresh by the holder, taken over when that is old. It takes over in two steps as well: it looks at the time, and then removes
 * whatever folder is there. The holder notices at the next refresh, after a second or more, that the lock is no longer his.
 */
export default seatsInFile({
  strategy: 'proper-lockfile',
  summary: 'The library proper-lockfile around the naive way.',
  prevents:
    "Overbooking, between processes too, as long as nobody dies with the lock; a lock lost is noticed, later. Not overbooking by those who take over a dead client's lock.",
  costs: 'Three or four calls of the file system a lock, and clients that ask again and again.',
  source: 'https://github.com/moxystudio/node-proper-lockfile#design',
  expectations: { 'last-seat': 'holds', 'school-bus': 'holds', group: 'holds', 'stale-lock': 'violated' },
  start: (file) => ({
    abandonLock: async ({ trip, leftMs }, context) => {
      const folder = lockOf(file, trip);
      const agoMs = staleMsOf(context) - leftMs;
      await mkdir(folder);
      const { mtimeMs } = await stat(folder);
      await utimes(folder, seconds(context.now() - agoMs), seconds(mtimeMs - agoMs));
    },
    client: (context) => {
      const library = new StallableLibrary(context);
      return (request) =>
        bookUnderLock(
          context,
          request.trip,
          {
            acquire: () => withinLimit(context, () => library.tryLock(lockOf(file, request.trip))),
            release: (release) => library.letGo(release),
          },
          () => readDecideWrite(file, request, context),
        );
    },
  }),
});

function lockOf(file: string, trip: number): string {
  return `${file}.trip-${trip}.lock`;
}

function staleMsOf(context: Pick<TargetContext, 'parameters'>): number {
  return Math.max(expiryMsOf(context), SHORTEST_STALE_MS);
}

function seconds(ms: number): number {
  return ms / 1_000;
}

/** Stale, and not, whatever the machine's clock says. */
const LONG_AGO = new Date(0);
const NOT_YET = new Date(8.64e15);

type Done = (error: unknown, found?: Pick<fs.Stats, 'mtime'>) => void;

/**
 * The library as one client uses it, with the point between look and take-over, which is inside the library.
 *
 * The library goes by the machine's clock. So that a lock is stale by the run's clock, each lock has that time, too, as its time
 * of access, and by it is answered how old the lock of another one is. The time of modification is left to the library.
 */
class StallableLibrary {
  #acquiring = false;
  #isTaken = false;
  /** One for each client: the library remembers in it how precise the file system's times are. */
  readonly #fs = {
    ...fs,
    mkdir: (folder: string, done: Done) => this.#mkdir(folder, done),
    stat: (folder: string, done: Done) => this.#stat(folder, done),
    utimes: (folder: string, _: Date, modified: Date, done: Done) => this.#stamp(folder, modified, done),
    rmdir: (folder: string, done: Done) => this.#rmdir(folder, done),
  };

  constructor(private readonly context: ClientContext) {}

  async tryLock(folder: string): Promise<Release | undefined> {
    this.#acquiring = true;
    try {
      return await lock(folder, {
        lockfilePath: folder,
        realpath: false,
        stale: staleMsOf(this.context),
        fs: this.#fs,
        onCompromised: () => this.context.count('lock-lost'),
      });
    } catch (error) {
      if (NOT_ACQUIRED.has(codeOf(error))) return undefined;
      throw error;
    } finally {
      this.#acquiring = false;
    }
  }

  async letGo(release: Release): Promise<void> {
    try {
      await release();
    } catch (error) {
      if (!LOST.has(codeOf(error))) throw error;
      this.context.count('lock-lost');
    }
  }

  #mkdir(folder: string, done: Done): void {
    fs.mkdir(folder, (error) => {
      this.#isTaken = error?.code === 'EEXIST';
      if (error) return done(error);
      fs.stat(folder, (gone, made) => (gone ? done(gone) : this.#stamp(folder, made.mtime, done)));
    });
  }

  #stamp(folder: string, modified: Date, done: Done): void {
    fs.utimes(folder, seconds(this.context.now()), modified, done);
  }

  /** That of another one, while it acquires a lock, is as old as it takes for what it is: stale or not. */
  #stat(folder: string, done: Done): void {
    fs.stat(folder, (error, found) => {
      if (error || !this.#acquiring || !this.#isTaken) return done(error, found);
      const ageMs = Math.round(this.context.now() - found.atimeMs);
      done(null, { mtime: ageMs > staleMsOf(this.context) ? LONG_AGO : NOT_YET });
    });
  }

  /** While it acquires a lock, the library removes only one that it has found to be stale. */
  #rmdir(folder: string, done: Done): void {
    if (!this.#acquiring) return fs.rmdir(folder, done);
    this.context.count('take-over');
    this.context.point('looked').then(() => fs.rmdir(folder, done), done);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
