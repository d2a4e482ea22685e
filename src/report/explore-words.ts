import { percentAtMost, whole } from './numbers.js';
import type { ExploredTarget, ExploreReport } from './explore-report.js';
import { GLYPHS, plural } from './words.js';

/** How many interleavings that is, with separators: a decimal of any length. */
function many(decimal: string): string {
  return decimal.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The one sentence of a target: its verdict, of how many schedules, and how far that goes. */
export function exploredSentence(target: ExploredTarget, { scenario }: ExploreReport): string {
  const { id, verdict, schedules, clients, reasons } = target;
  const who = `${clients} ${scenario.clientsAre}`;
  const glyph = GLYPHS[verdict];
  const seen = seenWords(target, who);
  if (verdict === 'inconclusive') {
    const run = plural(schedules.run, 'schedule');
    const until = schedules.run === 0 ? '' : ` Until then no violation was seen in ${run} of ${who}.`;
    return `${glyph} ${id} is inconclusive: ${reasons.join('; ')}.${until}`;
  }
  const gaveUp =
    verdict === 'holds' && schedules.gaveUp > 0
      ? `, but in ${plural(schedules.gaveUp, 'schedule')} of those run somebody gave up, or was refused although it was possible`
      : '';
  const open = reasons.length > 0 ? ` Not to its end: ${reasons.join('; ')}.` : '';
  return `${glyph} ${id} ${verdict === 'holds' ? 'holds' : 'is violated'} in ${seen}${gaveUp}.${open}`;
}

function seenWords(
  { verdict, schedules, search, isExhaustive, isFair, chance }: ExploredTarget,
  who: string,
) {
  const { run, violated, standFor } = schedules;
  const kind = isFair ? 'fair interleavings' : 'interleavings';
  const all = verdict === 'holds' ? `all ${standFor === undefined ? whole(run) : many(standFor.all)}` : '';
  if (isExhaustive && standFor !== undefined) {
    const ran =
      standFor.all === String(run) ? 'each of them was run' : `${whole(run)} were run, which stand for them`;
    if (verdict === 'holds') return `${all} ${kind} of ${who}; ${ran}`;
    return `${many(standFor.violated)} of ${many(standFor.all)} ${kind} of ${who} (all of them; ${ran})`;
  }
  if (isExhaustive) {
    const which = search.kind === 'exhaustive' && search.reduce ? 'classes of equivalent ' : '';
    if (verdict === 'holds') return `${all} ${which}${kind} of ${who}`;
    return `${whole(violated)} of ${whole(run)} ${which}${kind} of ${who} (all of them)`;
  }
  const of = `${verdict === 'holds' ? `all ${whole(run)}` : `${whole(violated)} of ${whole(run)}`} schedules of ${who}`;
  if (chance !== undefined && search.kind === 'pct') {
    return `${of} (a bug of depth ${search.depth} would have been missed with a chance below ${percentAtMost(1 - chance.all)})`;
  }
  return of;
}

/** What was left out, and how it was looked for: one sentence each. */
export function scopeSentences(target: ExploredTarget): readonly string[] {
  const { search, cut, isFair, isExhaustive, victimChosenBy, workers, schedules, each } = target;
  const sentences: string[] = [];
  if (each !== undefined) sentences.push(EACH[each]);
  if (isExhaustive && isFair) sentences.push('Exhaustive up to fair schedules.');
  if (workers > 0)
    sentences.push(
      `${plural(workers, 'worker')} of the target ${workers === 1 ? 'is a client' : 'are clients'} too.`,
    );
  if (cut.length > 0 && target.verdict !== 'inconclusive') {
    sentences.push(`${search.kind === 'exhaustive' ? 'Left out' : 'A sample'}: ${cut.join('; ')}.`);
  }
  if (schedules.redundant > 0) {
    sentences.push(`${plural(schedules.redundant, 'further one')} begun, and seen to be like one of these.`);
  }
  if (schedules.repeated !== undefined) {
    sentences.push(
      `${plural(schedules.repeated, 'schedule')} carried out again: the server had let a client go on before one that had waited longer.`,
    );
  }
  if (search.kind === 'pct' && target.chance !== undefined) {
    sentences.push(
      `Each schedule finds a bug of depth ${search.depth} with a chance of at least ${target.chance.each.toPrecision(2)} (${target.chance.steps} steps).`,
    );
  }
  if (victimChosenBy === 'server') {
    sentences.push('Clients waited for each other in a circle; victim chosen by the server.');
  }
  if (victimChosenBy === 'scheduler') {
    sentences.push('Where clients waited for each other in a circle, each of them was the victim in turn.');
  }
  return sentences;
}

const EACH = {
  instance:
    'Each client has an instance of the API of its own, as behind a load balancer: what instances share only in their memory (a mutex, a cache) is not explored, and protects nobody here.',
  program:
    'Each client has a process of the program of its own: what its clients share only in their memory (a mutex, a cache) is not explored, and protects nobody here.',
} as const;

/** What all of this is about, and what not. */
export const SCOPE =
  'Interleavings are of statements as the store sees them, under this code, these clients and this data; not of what happens inside the store.';
