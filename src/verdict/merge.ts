import type { VerdictKind } from '../core/verdict.js';

const WORST_FIRST = ['violated', 'inconclusive', 'holds'] as const satisfies readonly VerdictKind[];

/** The worst of several verdicts: violated > inconclusive > holds. Of none it is inconclusive: nothing passes on no evidence. */
export function worstVerdict(verdicts: readonly VerdictKind[]): VerdictKind {
  return WORST_FIRST.find((kind) => verdicts.includes(kind)) ?? 'inconclusive';
}
