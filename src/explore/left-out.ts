import type { SearchResult } from './exhaustive.js';
import { reduces, type ExhaustivePlan } from './explored.js';

/** What a search did not look at, although it had not come to its bound: a sentence each, for people. */
export function leftOutOf(
  found: SearchResult,
  search: ExhaustivePlan,
  speaksInParallel: boolean,
): readonly string[] {
  const { preemptions } = search;
  const words: string[] = [];
  if (found.preemptionsCut > 0) {
    const often = preemptions === 1 ? ' more than once in all' : ` more than ${preemptions} times in all`;
    words.push(`no client was interrupted${preemptions === 0 ? '' : often}`);
  }
  if (found.heldBack > 0) {
    words.push(
      `a client that repeated itself was not let go again before something changed (${found.heldBack} times)`,
    );
  }
  if (found.victimsCut) words.push('of some circles the victim was chosen by the server');
  if (found.contestsCut > 0) {
    words.push(
      `of several clients that waited for what one step let go, the server chose who was first (${found.contestsCut} times)`,
    );
  }
  if (found.sharesMemory && reduces(search)) {
    words.push('clients waited for each other in their own process, which reduction takes no account of');
  }
  if (speaksInParallel) {
    words.push(
      'a client sent several requests at once, and which of its own was first was not tried both ways',
    );
  }
  return words;
}

/** Whether every schedule was run, or stands behind one that was; but for what could only repeat itself. */
export function isEverything(
  found: SearchResult,
  search: ExhaustivePlan,
  speaksInParallel: boolean,
): boolean {
  return (
    !speaksInParallel &&
    found.cut === undefined &&
    found.preemptionsCut === 0 &&
    !found.victimsCut &&
    found.contestsCut === 0 &&
    !(found.sharesMemory && reduces(search))
  );
}
