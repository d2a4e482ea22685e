import { readFile, rm, writeFile } from 'node:fs/promises';
import type { ClientContext } from '../../../src/core/context.js';
import { bookUnderLock, expiryMsOf, withinLimit } from '../booking.js';
import { readDecideWrite, seatsInFile } from './state.js';

/** What stands in a lock file. Times are of the run's clock, which every process of a run shares. */
interface Held {
  readonly owner: string;
  readonly untilMs: number;
}

/**
 * Creates a lock file with `wx` (O_EXCL): of all who try, one succeeds. Who finds it there tries again; who finds that its time
 * is over takes it over: removes it, and creates his own.
 *
 * To look and to remove are two steps. Who is slow between them removes the lock that another has taken over in the meantime,
 * and both are in. There is no call that removes a file only if it is still the one that was read.
 */
export default seatsInFile({
  strategy: 'lock-file',
  summary: 'A lock file created with O_EXCL around the naive way, with a take-over of stale ones.',
  prevents:
    "Overbooking, between processes too, as long as nobody dies with the lock. Not overbooking by those who take over a dead client's lock.",
  costs:
    'Clients ask again and again, and whoever is unlucky longest. Two take over the lock of a dead one together.',
  source: 'https://man7.org/linux/man-pages/man2/open.2.html',
  expectations: { 'last-seat': 'holds', 'school-bus': 'holds', group: 'holds', 'stale-lock': 'violated' },
  start: (file) => ({
    abandonLock: ({ trip, leftMs }, context) =>
      writeFile(lockOf(file, trip), lockText({ owner: 'dead', untilMs: context.now() + leftMs })),
    client: (context) => (request) => {
      const lock = lockOf(file, request.trip);
      return bookUnderLock(
        context,
        request.trip,
        {
          acquire: () => withinLimit(context, () => tryLock(lock, context)),
          release: (owner) => ifOwned(lock, owner, () => rm(lock, { force: true })),
        },
        () => readDecideWrite(file, request, context),
      );
    },
  }),
});

function lockOf(file: string, trip: number): string {
  return `${file}.trip-${trip}.lock`;
}

function lockText(held: Held): string {
  return JSON.stringify(held);
}

/** The owner's name, or undefined where somebody else holds the lock. */
async function tryLock(lock: string, context: ClientContext): Promise<string | undefined> {
  const owner = `client ${context.client}, process ${context.process}`;
  const ttlMs = expiryMsOf(context);
  const held = await readLock(lock);
  if (held !== undefined) {
    if (held.untilMs > context.now()) return undefined;
    await context.point('looked');
    await rm(lock, { force: true });
    context.count('take-over');
  }
  try {
    await writeFile(lock, lockText({ owner, untilMs: context.now() + ttlMs }), { flag: 'wx' });
  } catch (error) {
    if (isCode(error, 'EEXIST')) return undefined;
    throw error;
  }
  context.lease(lock, ttlMs, () =>
    ifOwned(lock, owner, () => writeFile(lock, lockText({ owner, untilMs: 0 }))),
  );
  return owner;
}

/** Undefined where there is none, or where its holder has not written it yet. */
async function readLock(lock: string): Promise<Held | undefined> {
  try {
    return JSON.parse(await readFile(lock, 'utf8')) as Held;
  } catch (error) {
    if (error instanceof SyntaxError || isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Again two steps: the one who looks is not the only one who may write. */
async function ifOwned(lock: string, owner: string, act: () => Promise<void>): Promise<void> {
  const held = await readLock(lock);
  if (held?.owner === owner) await act();
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
