import { aboutArrivals } from './arrival-sentences.js';
import { percentAtMost, rough, whole } from './numbers.js';
import type { JudgedTarget, Report, ReportTarget, SkippedTarget } from './report.js';
import {
  confidence,
  full,
  inconclusive,
  interesting,
  leastTried,
  plain,
  reasonsOf,
  short,
  skippedFor,
  type Sentence,
} from './target-sentence.js';
import { GLYPHS, isContradicted, isJudged, listed, plural, shortfallWords } from './words.js';

/** Up to here each target has a sentence of its own; in a longer comparison those that hold share one. */
const TARGETS_WITH_A_SENTENCE = 3;

/** What there is to say about each target, in the order of the report, and about the conditions. */
export function sentences(report: Report): readonly Sentence[] {
  return [...aboutTargets(report), ...aboutGates(report), ...aboutBarrier(report), ...aboutArrivals(report)];
}

/** Limits and the baseline: what was not passed, then how many were. */
function aboutGates({ gates = [] }: Report): readonly Sentence[] {
  const passed = gates.filter(({ outcome }) => outcome === 'passed').length;
  return [
    ...gates.flatMap(({ outcome, message }): readonly Sentence[] => {
      if (outcome === 'passed') return [];
      const kind = outcome === 'failed' ? 'violated' : 'inconclusive';
      return [{ kind, text: `${GLYPHS[kind]} ${message}` }];
    }),
    ...(gates.length === 0 ? [] : [plain(`${passed} of ${plural(gates.length, 'limit')} kept.`)]),
  ];
}

function aboutTargets(report: Report): readonly Sentence[] {
  const { targets } = report;
  if (report.command === 'gate' || targets.length <= TARGETS_WITH_A_SENTENCE) {
    const ran = targets.filter((target) => target.outcome !== 'skipped' && !isToothless(target));
    return [...ran.map((target) => full(report, target)), ...skippedAlike(targets)];
  }
  const shared = targets.filter(
    (target): target is JudgedTarget =>
      isJudged(target) &&
      target.verdict === 'holds' &&
      target.rate !== undefined &&
      shortfallWords(target) === undefined &&
      interesting(target).length === 0 &&
      target.met !== false,
  );
  const others = targets.filter((target) => !(shared as readonly ReportTarget[]).includes(target));
  return [
    ...(shared.length === 1 ? shared.map((target) => full(report, target)) : together(report, shared)),
    ...alike(others.filter((target) => isInconclusive(target))),
    ...skippedAlike(others),
    ...others
      .filter((target) => !isInconclusive(target) && target.outcome !== 'skipped')
      .map((target) => (isJudged(target) ? short(report, target) : full(report, target))),
    ...expectationsMet(targets),
  ];
}

/** Processes that do not begin together hardly race: how well the barrier did. */
function aboutBarrier({ plan, targets }: Report): readonly Sentence[] {
  const spreads = targets
    .filter(isJudged)
    .flatMap(({ firstRequestSpreadMs }) =>
      firstRequestSpreadMs === undefined ? [] : [firstRequestSpreadMs],
    );
  if (plan.processes === 1 || spreads.length === 0) return [];
  const medians = spreads.map(({ median }) => median);
  const [low, high] = [rough(Math.min(...medians)), rough(Math.max(...medians))];
  const most = rough(Math.max(...spreads.map(({ max }) => max)));
  const median = low === high ? low : `${low}-${high}`;
  return [
    plain(
      `Over ${plan.processes} processes, the first requests of a simultaneous start came within ${median} ms of each other (median; at most ${most} ms).`,
    ),
  ];
}

function isInconclusive(target: ReportTarget): target is JudgedTarget {
  return isJudged(target) && target.verdict === 'inconclusive';
}

/** One sentence for all that are inconclusive for the same reasons. */
function alike(targets: readonly JudgedTarget[]): readonly Sentence[] {
  const byReasons = new Map<string, JudgedTarget[]>();
  for (const target of targets) {
    const reasons = target.reasons.join('\n');
    byReasons.set(reasons, [...(byReasons.get(reasons) ?? []), target]);
  }
  return [...byReasons.values()].map((same) => {
    const [first] = same;
    if (same.length === 1 && first !== undefined) return inconclusive(first);
    const names = listed(same.map(({ id }) => id));
    const text = `${GLYPHS.inconclusive} ${same.length} targets are inconclusive: ${reasonsOf(first)}. These are ${names}.`;
    return { kind: 'inconclusive', text };
  });
}

/** One sentence for all that were skipped for the same reason. */
function skippedAlike(targets: readonly ReportTarget[]): readonly Sentence[] {
  const byReason = new Map<string, [SkippedTarget, ...SkippedTarget[]]>();
  for (const target of targets) {
    if (target.outcome !== 'skipped') continue;
    const key = `${target.reason}\n${target.remedy}`;
    const same = byReason.get(key);
    if (same) same.push(target);
    else byReason.set(key, [target]);
  }
  return [...byReason.values()].map((same) =>
    skippedFor(
      same[0],
      same.map(({ id }) => id),
    ),
  );
}

/** A control that nothing was found in: the targets that it stands for say so among their reasons. */
function isToothless(target: ReportTarget): boolean {
  return isJudged(target) && target.role === 'control' && target.verdict === 'holds';
}

function together(report: Report, targets: readonly JudgedTarget[]): readonly Sentence[] {
  if (targets.length === 0) return [];
  const uppers = targets.flatMap(({ rate }) => (rate === undefined ? [] : [rate.upper]));
  const trials = range(targets.map(({ trials: { counted } }) => counted));
  const [least] = [...targets].sort((a, b) => weakest(b) - weakest(a));
  const asides = [`${confidence(report)}, ${trials} trials each`, least && leastTried(least)].filter(Boolean);
  return [
    {
      kind: 'holds',
      text: `${GLYPHS.holds} ${targets.length} targets hold: if one of them can fail, it fails in fewer than ${percentAtMost(Math.max(...uppers))} of such trials (${asides.join('; ')}).`,
    },
  ];
}

/** How far a comparison went as its targets said it would. */
function expectationsMet(targets: readonly ReportTarget[]): readonly Sentence[] {
  const claimed = targets.filter(isJudged).filter(({ met }) => met !== undefined);
  if (claimed.length === 0) return [];
  const met = claimed.filter((target) => target.met);
  const others = targets.length - claimed.length;
  const besides = others === 0 ? '' : ` (${others} did not run, or claim nothing here)`;
  const all = met.length === claimed.length;
  const unmet = claimed.filter(isContradicted);
  const open = claimed.filter(isInconclusive).length;
  const unseen = claimed.filter((target) => target.unseen !== undefined);
  const parts = [
    `${all ? 'All' : `${met.length} of`} ${claimed.length} targets did what they claim${besides}`,
    ...(unmet.length === 0 ? [] : [`not so ${listed(unmet.map(({ id }) => id))}`]),
    ...(open === 0 ? [] : [`${open} ${open === 1 ? 'is' : 'are'} inconclusive`]),
    ...(unseen.length === 0 ? [] : [`too few trials to tell of ${listed(unseen.map(({ id }) => id))}`]),
  ];
  return [plain(`${parts.join('; ')}.`)];
}

function weakest({ strata }: JudgedTarget): number {
  return Math.max(0, ...strata.map(({ upper }) => upper));
}

function range(values: readonly number[]): string {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return min === max ? whole(min) : `${whole(min)}-${whole(max)}`;
}
