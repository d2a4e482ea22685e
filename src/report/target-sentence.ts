import { anomalyName } from '../core/anomaly.js';
import { TIGHT_SPACE, percent, percentAtMost, percentInterval } from './numbers.js';
import type { JudgedTarget, Report, ReportFinding, ReportTarget, SkippedTarget } from './report.js';
import { strictnessOf, testOutcome } from './test-outcome.js';
import {
  EXPECTATION_WORDS,
  eventsShown,
  GLYPHS,
  isApi,
  isJudged,
  listed,
  plural,
  seenWords,
  shortfallWords,
  stoppedEarly,
  unclearOf,
  unseenWords,
  violatedOf,
} from './words.js';

/** A paragraph under the table. */
export interface Sentence {
  readonly kind: 'holds' | 'violated' | 'inconclusive' | 'plain';
  readonly text: string;
  /** The finding whose events are shown below it. */
  readonly finding?: ReportFinding;
}

/** Why it is inconclusive, as one clause. */
export function reasonsOf(target: JudgedTarget | undefined): string {
  return target?.reasons.map(clause).join('; ') || 'no reason was given';
}

/** All that is to be said about one target. */
export function full(report: Report, target: ReportTarget): Sentence {
  if (target.outcome === 'skipped') return skippedFor(target, [target.id]);
  if (target.outcome === 'error') return plain(`- ${target.id} could not run: ${target.message}`);
  const shown = eventsShown(target, report.targets);
  if (shown !== undefined) {
    return plain(
      `- ${target.id} was caught as a control: ${shown} in ${plural(target.trials.run, 'trial')}, and was ended.`,
    );
  }
  switch (target.verdict) {
    case 'holds':
      return holds(report, target);
    case 'violated':
      return violated(target);
    case 'inconclusive':
      return inconclusive(target);
  }
}

/** Why these were skipped, and what to do about it. */
export function skippedFor({ reason, remedy }: SkippedTarget, ids: readonly string[]): Sentence {
  const what = `${listed(ids)} ${ids.length > 1 ? 'were' : 'was'} skipped`;
  return plain(`- ${what}: ${clause(reason)}. ${clause(remedy)}.`);
}

/** The same for one of many: a violation in a line. */
export function short(report: Report, target: JudgedTarget): Sentence {
  if (target.verdict !== 'violated') return full(report, target);
  const [first, ...rest] = violations(target);
  const also = rest.map(({ anomaly }) => anomalyName(anomaly));
  const often = target.rate === undefined ? '' : ` in ${percentInterval(target.rate)} of trials`;
  const what =
    first === undefined ? '' : `, ${anomalyName(first.anomaly)}: ${clause(firstSentence(first.message))}`;
  const more = also.length === 0 ? '' : `; also ${listed(also)}`;
  const text = `${GLYPHS.violated} ${target.id} violated${often}${what}${more}.${unmet(target)}`;
  return { kind: 'violated', text };
}

function holds(report: Report, target: JudgedTarget): Sentence {
  const shortfall = shortfallWords(target);
  const but = shortfall === undefined ? '' : `, but ${shortfall}`;
  const evidence = [
    confidence(report),
    plural(target.trials.counted, 'trial'),
    plural(target.overlap.interleavedPairs, 'interleaved pair'),
  ].join(', ');
  const asides = [evidence, leastTried(target), caught(report, target)].filter((part) => part !== undefined);
  const bound =
    target.rate === undefined
      ? ''
      : `: if it can fail, it fails in fewer than ${percentAtMost(target.rate.upper)} of such trials (${asides.join('; ')})`;
  const text = `${GLYPHS.holds} ${target.id} holds${but}${bound}.${firstUnclear(target)}${besides(target)}${unmet(target)}${failedAsStrict(report, target)}`;
  return { kind: 'holds', text };
}

/** What the first of the commonest kind said, where none failed for certain: errors of both would not be told apart. */
function firstUnclear(target: JudgedTarget): string {
  const { errors, errorMessages = {} } = target;
  if (unclearOf(target) === 0 || target.operations.fail > 0) return '';
  const [code = ''] = Object.keys(errorMessages)
    .filter((one) => one !== 'crashed')
    .sort((a, b) => (errors[b] ?? 0) - (errors[a] ?? 0));
  const message = clause(errorMessages[code] ?? '');
  return message === '' ? '' : ` What is unclear may have happened or not; the first said: ${message}.`;
}

/** What is allowed and surprising, where the verdict does not say so already: a target that gives up is told of as one. */
export function interesting({ findings, gaveUp }: JudgedTarget): readonly ReportFinding[] {
  return gaveUp === undefined ? findings.filter(({ grade }) => grade === 'interesting') : [];
}

function besides(target: JudgedTarget): string {
  const told = interesting(target).map(
    ({ anomaly, trials, message }) =>
      ` Besides, ${anomalyName(anomaly)} in ${trials} of ${plural(target.trials.run, 'trial')}: ${ended(message)}`,
  );
  return told.join('');
}

/** Between trials an API is reset as its user says, and what that forgets is found in the next one. */
function leftOver(target: JudgedTarget): string {
  const isUnasked = violations(target).some(({ anomaly }) => anomaly.endsWith('-unexpected'));
  if (!isApi(target) || !isUnasked) return '';
  return 'What nobody in this trial asked for may be left from an earlier one: then the reset is incomplete, and no race need be in it.';
}

function violated(target: JudgedTarget): Sentence {
  const [first, ...rest] = violations(target);
  const { rate } = target;
  const what = first === undefined ? '.' : `, ${anomalyName(first.anomaly)}: ${ended(first.message)}`;
  const caughtIn = first === undefined ? '' : `Caught in trial ${first.trial} (${first.start} start).`;
  const often = rate === undefined ? '' : `, so in ${percentInterval(rate)} of all`;
  const seen = stoppedEarly(target) ? caughtIn : `In ${violatedOf(target.trials)} trials${often}.`;
  const others = rest
    .map(({ anomaly }) => anomalyName(anomaly))
    .filter((name) => !first?.message.toLowerCase().includes(name));
  const also = others.length === 0 ? '' : `Also ${listed(others)}.`;
  const besides = target.reasons.map((reason) => `Besides: ${clause(reason)}.`);
  const parts = [`${GLYPHS.violated} ${target.id} violated${what}`, seen, also, leftOver(target), ...besides];
  const told = violations(target).filter(({ witnessEvents = [] }) => witnessEvents.length > 0);
  const [finding] = told.sort((a, b) => a.witness.length - b.witness.length);
  return {
    kind: 'violated',
    text: `${parts.filter((part) => part !== '').join(' ')}${unmet(target)}`,
    ...(finding === undefined || target.role === 'control' ? {} : { finding }),
  };
}

export function inconclusive(target: JudgedTarget): Sentence {
  const text = `${GLYPHS.inconclusive} ${target.id} is inconclusive: ${reasonsOf(target)}.`;
  return { kind: 'inconclusive', text };
}

function unmet(target: JudgedTarget): string {
  const unseen = unseenWords(target);
  if (unseen !== undefined) return ` ${capitalised(unseen)}.`;
  if (target.met !== false || target.expectation === undefined) return '';
  return ` Expected ${EXPECTATION_WORDS[target.expectation]}, saw ${seenWords(target)}.`;
}

/** Else nobody could tell from the screen why the exit code is 1. */
function failedAsStrict({ command, plan }: Report, target: JudgedTarget): string {
  if (target.role === 'control' || testOutcome(target, command, strictnessOf(plan)) !== 'failed') return '';
  return command === 'compare' ? '' : ' With --strict that fails.';
}

/** What the kind of start with the fewest trials leaves open. Said only where kinds of start were mixed. */
export function leastTried({ strata, sweep }: JudgedTarget): string | undefined {
  if (strata.length < 2) return undefined;
  if (sweep !== undefined && sweep.tried < sweep.planned) {
    return `offsets not tried: ${sweep.planned - sweep.tried} of ${sweep.planned}`;
  }
  const [least] = [...strata].sort((a, b) => a.counted - b.counted);
  if (least === undefined) return undefined;
  const bound = `${least.violated} of ${least.counted}, <${TIGHT_SPACE}${percentAtMost(least.upper)}`;
  return `least tried start, ${startWords(least)}: ${least.counted === 0 ? 'no trial that counts' : bound}`;
}

/** A kind of start, of a sweep with its offset. */
export function startWords({
  start,
  offset,
}: Pick<JudgedTarget['strata'][number], 'start' | 'offset'>): string {
  return offset === undefined ? start : `${offset.later} ${offset.ms.toFixed(1)} ms later`;
}

function caught({ targets }: Report, { control, exec }: JudgedTarget): string | undefined {
  if (control === undefined || !control.caught) return undefined;
  const ran = targets.find((target) => target.id === control.target);
  const trial = ran && isJudged(ran) ? ran.trials.firstViolated : undefined;
  const whose = exec !== undefined && ran?.exec === undefined ? ', not this program,' : '';
  const name =
    control.description === undefined
      ? `the control ${control.target}${whose} was caught`
      : `control: ${control.description}, caught`;
  return `${name}${trial === undefined ? '' : ` in trial ${trial}`}`;
}

function violations({ findings }: JudgedTarget): readonly ReportFinding[] {
  return findings.filter(({ grade }) => grade === 'violation');
}

export function confidence({ plan }: Report): string {
  return `${percent(plan.confidence)} confidence`;
}

export function plain(text: string): Sentence {
  return { kind: 'plain', text };
}

/** Ready to stand inside a sentence of ours: without its full stop. */
function clause(text: string): string {
  return text.replace(/\.$/, '');
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s+\p{Lu}|$)/u.exec(text)?.[0] ?? text;
}
