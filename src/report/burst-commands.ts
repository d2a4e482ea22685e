import { join } from 'node:path';
import type { NextCommand, Typed, Written } from './next-commands.js';
import type { JudgedTarget, Report } from './report.js';
import { quoted } from './shell-words.js';
import { without } from './typed-words.js';
import { isJudged } from './words.js';

/** What to type after a burst: the same words again, with what may turn it into a verdict; at most three. */
export function burstCommands(
  report: Report,
  { words = ['burst'] }: Typed,
  written: Written | undefined,
): readonly NextCommand[] {
  const target = report.targets.filter(isJudged).find(({ role }) => role === 'named');
  if (target === undefined) return [again(words, ...afterFailure(report))];
  const seeded = ['--seed', report.seed];
  switch (target.verdict) {
    case 'violated':
      return [
        ...aloneFirst(target, words),
        ...recorded(target, written),
        again(without(words, 'seed'), seeded, 'the same requests and starts again'),
      ];
    case 'inconclusive':
      return remedies(report, words, target);
    case 'holds': {
      const { trials } = report.plan;
      return [
        again(
          without(words, 'trials', 'n', 'repeat', 'max-rate'),
          ['--trials', String(trials * 10)],
          'a tighter bound',
        ),
      ];
    }
  }
}

/** Flags for what could not run, and what they are for. */
function afterFailure({ targets }: Report): [more: readonly string[], purpose: string] {
  const [failure] = targets.flatMap((target) => (target.outcome === 'error' ? [target.message] : []));
  if (failure?.includes('certificate') === true) {
    return [['--insecure'], 'if nobody need vouch for that certificate'];
  }
  if (failure?.includes('no HTTP/1.1') === true) {
    return [['--sync', 'single-packet'], 'if it speaks HTTP/2'];
  }
  return [[], 'once more'];
}

function recorded({ history }: JudgedTarget, written: Written | undefined): readonly NextCommand[] {
  if (history === undefined || written === undefined) return [];
  const file = join(written.latest ?? written.folder, history);
  return [{ command: `race-check check ${quoted(file)}`, purpose: 'the same findings' }];
}

/** Where nobody was served, that may be for lack of a login, a path or a reset, and then a request alone breaks it as well. */
function aloneFirst({ tally }: JudgedTarget, words: readonly string[]): readonly NextCommand[] {
  const isServed = Object.entries(tally).some(([label, { max }]) => isSuccess(label) && max > 0);
  // Each of several requests has a client.
  const isOneKind = !words.some((word) => /^--request(=|$)/.test(word));
  if (isServed || !isOneKind) return [];
  return [
    again(
      without(words, 'clients', 'c', 'trials', 'n', 'repeat'),
      ['--clients', '1', '--trials', '1'],
      'nobody was served: if one request alone breaks it too, look at the path, the login and the reset',
    ),
  ];
}

function remedies(
  report: Report,
  words: readonly string[],
  target: JudgedTarget,
): readonly [NextCommand, ...NextCommand[]] {
  const { trials, errors, overlap, operations, control, tally } = target;
  if (report.scenario.unjudged !== undefined) {
    return [again(words, ['--expect', guess(target)], 'if that is right, say so')];
  }
  if (operations.info > 0) {
    const settled = again(
      without(words, 'settle'),
      ['--settle', '2s'],
      'if nothing of a request is at work so long after it: then the run goes on',
    );
    if ((errors.timeout ?? 0) === 0) return [settled];
    const patient = again(
      without(words, 'timeout'),
      ['--timeout', `${report.timeoutMs * 2}ms`],
      'more time for each request',
    );
    return [patient, settled];
  }
  const isServerError = Object.keys(tally).some((label) => label.startsWith('5'));
  if (trials.undecided > 0 && isServerError) {
    return [
      again(
        words,
        ['--expect', '5xx = 0'],
        'if the server must not fail: then such an answer is a violation',
      ),
    ];
  }
  const [[label, seen] = [], ...others] = Object.entries(tally);
  if (trials.undecided > 0 && seen !== undefined && others.length === 0 && !isSuccess(label!)) {
    return [again(words, ['--expect', `${label} = ${seen.min}`], 'if all are to be answered so')];
  }
  const turnedAway = others.length === 1 ? Object.entries(tally).find(isTurnedAway) : undefined;
  if (trials.undecided > 0 && turnedAway !== undefined) {
    const [status, { min }] = turnedAway;
    return [again(words, ['--expect', `${status} = ${min}`], 'if that is how all others are to be refused')];
  }
  const { clients = 1 } = report.scenario.parameters;
  const isToothless = control?.caught === false || (trials.run > 0 && overlap.interleavedPairs === 0);
  if (isToothless && operations.ok > 0) {
    return [
      again(
        without(words, 'clients', 'c'),
        ['--clients', String(clients * 2)],
        'more clients, so that more of them meet',
      ),
    ];
  }
  return [again(words, [], 'once more')];
}

/** In every trial as many, by a status that may also mean that they never came to what others met at. */
function isTurnedAway([status, { min, max }]: [
  string,
  { readonly min: number; readonly max: number },
]): boolean {
  return ['401', '407', '429'].includes(status) && min === max;
}

/** A status that says that the request was served. */
function isSuccess(label: string): boolean {
  return label.startsWith('2');
}

/** What was seen of successes, as an expectation. Where it differs from trial to trial, those that met nobody had the fewest. */
function guess({ tally }: JudgedTarget): string {
  const [status, seen] = Object.entries(tally).find(([label]) => isSuccess(label)) ?? [];
  return status === undefined || seen === undefined ? '2xx = 1' : `${status} = ${Math.max(1, seen.min)}`;
}

function again(words: readonly string[], more: readonly string[], purpose: string): NextCommand {
  return { command: ['race-check', ...[...words, ...more].map(quoted)].join(' '), purpose };
}
