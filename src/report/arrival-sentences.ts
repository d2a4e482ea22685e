import { rough } from './numbers.js';
import type { JudgedTarget, Report } from './report.js';
import { plain, type Sentence } from './target-sentence.js';
import { isApi, isJudged, plural } from './words.js';

type Spread = NonNullable<JudgedTarget['arrivalSpreadMs']>;

/** How close together the requests to an API were, and what stood in the way. */
export function aboutArrivals({ targets }: Report): readonly Sentence[] {
  return targets
    .filter(isJudged)
    .filter(isApi)
    .flatMap((target) => [...aboutSpread(target), ...aboutTurns(target), ...aboutConnections(target)])
    .map(plain);
}

function aboutSpread({ id, firstRequestSpreadMs, arrivalSpreadMs, load }: JudgedTarget): readonly string[] {
  // That of a load is how long it was.
  if (load !== undefined) return [];
  const left = firstRequestSpreadMs && `left within ${within(firstRequestSpreadMs)}`;
  const arrived = arrivalSpreadMs && `arrived ${byTheServer(arrivalSpreadMs)} by the server's own word`;
  const words = [left, arrived].filter((part) => part !== undefined);
  return words.length === 0 ? [] : [`The requests of a simultaneous start on ${id} ${words.join(', and ')}.`];
}

/** Of the fastest operation: so far apart do answers come where requests are taken in turn, and not together. */
const IN_TURN_SHARE = 1 / 2;

/**
 * Requests that were taken in turn never met in the API. Its own lock does that, and is what was looked for; a single worker of a
 * framework's development server, or a proxy, does it too, and then nothing was tried. From outside they look the same.
 */
function aboutTurns(target: JudgedTarget): readonly string[] {
  const { id, role, verdict, control, answersApartMs, latencyMs, load, sweep } = target;
  const fastestMs = latencyMs?.min;
  // A control is no code of the user's to be tried in another way.
  if (role === 'control') return [];
  if (verdict !== 'holds' || load !== undefined || answersApartMs === undefined || fastestMs === undefined) {
    return [];
  }
  if (answersApartMs.median < fastestMs * IN_TURN_SHARE) return [];
  // A control of its own, which is no server of ours, was caught behind the very worker or proxy.
  if (control?.caught === true && control.description === undefined) return [];
  // Requests of several kinds end apart as well where one kind has more to do.
  const unequally = sweep === undefined ? '' : ', or one kind takes longer by itself';
  return [
    `The answers of ${id} to a simultaneous start came one after the other, ${short(answersApartMs.median)} apart (median; the fastest operation took ${short(fastestMs)}): requests were taken in turn, by a lock of the API, or by a single worker or a proxy in front of it${unequally}. If it was no lock, they never met: try it with as many workers as in production.`,
  ];
}

function aboutConnections({ id, counts }: JudgedTarget): readonly string[] {
  const early = counts['early-answer'] ?? 0;
  const again = counts.reconnect ?? 0;
  const untold = counts['no-arrival'] ?? 0;
  return [
    ...(untold === 0
      ? []
      : [
          `${plural(untold, 'answer')} of ${id} had no time in the arrival header, or none in a form that is read: nothing is told of arrivals in their trials.`,
        ]),
    ...(early === 0
      ? []
      : [
          `${plural(early, 'request')} of ${id} ${early === 1 ? 'was' : 'were'} answered before the end of the body was let go: this server does not wait for it, so from then on the end of the head was held (over HTTP/2: nothing).`,
        ]),
    ...(again === 0
      ? []
      : [
          `${plural(again, 'connection')} of ${id} had to be opened anew: the server closes those that are idle.`,
        ]),
  ];
}

/** No two arrive at one instant: a clock that says so is too coarse, or stands. */
function byTheServer(spread: Spread): string {
  if (spread.median > 0) return `within ${within(spread)}`;
  const most = spread.max > 0 ? `; at most ${short(spread.max)}` : '';
  return `closer to each other than its clock tells (median${most})`;
}

function within({ median, max }: Spread): string {
  return `${short(median)} of each other (median; at most ${short(max)})`;
}

/** Below a millisecond in microseconds. */
function short(ms: number): string {
  return ms < 1 ? `${rough(ms * 1_000)} us` : `${rough(ms)} ms`;
}
