import { setTimeout as wait } from 'node:timers/promises';
import { limitWords } from '../core/time-limit.js';
import { answerInTime, NoAnswer } from './answer-in-time.js';
import { CONNECT_LIMIT_MS, reach } from './listening.js';

/** Why nothing more can be learnt from a server, as far as that was seen. */
export interface Trouble {
  /** For people, with what would help where that is known. */
  readonly words: string;
  /** Its process was seen to end, or nobody takes connections any more. One that is silent may only be slow. */
  readonly isGone: boolean;
}

/** A server that is looked at. */
export interface LookedAt {
  readonly store: string;
  readonly host: string;
  readonly port: number;
  /** What ended, and how; undefined while it runs. Absent where it is not ours, and nobody can see that. */
  readonly ended?: () => string | undefined;
  /** Asks it something over a connection of its own, made for that: an old one may work where new ones do not. */
  readonly ping: () => Promise<void>;
}

/** Before a driver gives up by itself, which says less. */
const PING_MS = 8_000;
/** That a process has ended is seen a moment after its connections were lost. */
const EXIT_SEEN_MS = 500;
const EXIT_POLL_MS = 5;

/**
 * Looks at a server, and says no more than was seen: that its process ended, that nobody takes connections where it did, that
 * it is there and says nothing, or what it says. Undefined where it answers. Takes up to 10 s where it is silent.
 *
 * Only the first is told as a death. Smallest counterexample: a server that needs 6 s for an answer, since so many ask at
 * once, was called dead, and its user looked for a crash that there was not.
 */
export async function troubleOf(server: LookedAt): Promise<Trouble | undefined> {
  const trouble = deathOf(server) ?? (await troubleSeen(server));
  return trouble === undefined ? undefined : ((await diesMeanwhile(server)) ?? trouble);
}

async function troubleSeen({ store, host, port, ended, ping }: LookedAt): Promise<Trouble | undefined> {
  const it = `the ${store} server at ${host}:${port}`;
  const runs = ended === undefined ? '' : ', though its process runs';
  const silent = (what: string): Trouble => ({
    words: `${it} ${what}${runs}: it is too busy, or stands still; use fewer clients, or a machine that is less busy`,
    isGone: false,
  });
  const reached = await reach(host, port);
  if (reached === 'refuses') {
    const hint = ended === undefined ? 'it was stopped, or is being started again' : 'its log may say why';
    return {
      words: `${it} takes no connections any more (connection refused)${runs}: ${hint}`,
      isGone: true,
    };
  }
  if (reached === 'silent') return silent(`took no connection within ${limitWords(CONNECT_LIMIT_MS)}`);
  try {
    await answerInTime('it', ping(), PING_MS);
    return undefined;
  } catch (error) {
    if (error instanceof NoAnswer)
      return silent(`took a connection, and did not answer within ${limitWords(PING_MS)}`);
    const said = error instanceof Error ? error.message : String(error);
    return { words: `${it} runs, and takes no client: ${said}`, isGone: false };
  }
}

/** For a server that is a process of this run's own. */
export function processEnd(how: string | undefined): string | undefined {
  if (how === undefined) return undefined;
  return `its process ${how}${how.includes('SIGKILL') ? ', as the system does where memory runs out' : ''}`;
}

/** A server of this run's own whose process has ended. */
function deathOf({ store, ended }: Pick<LookedAt, 'store' | 'ended'>): Trouble | undefined {
  const end = ended?.();
  return end === undefined ? undefined : { words: `the ${store} server died: ${end}`, isGone: true };
}

/** Its end, where that is seen within a moment. */
async function diesMeanwhile(server: LookedAt): Promise<Trouble | undefined> {
  if (server.ended === undefined) return undefined;
  const deadline = performance.now() + EXIT_SEEN_MS;
  let dead = deathOf(server);
  while (dead === undefined && performance.now() < deadline) {
    await wait(EXIT_POLL_MS);
    dead = deathOf(server);
  }
  return dead;
}
