import { Undecided, type Finding, type SlowChecker } from '../core/checker.js';
import type { History } from '../core/history.js';
import type { Json } from '../core/json.js';
import { UsageError } from '../core/usage-error.js';
import { answersOf, countedWords, documentOf, unclearWords } from './answers.js';
import type { Burst } from './contract.js';
import { underlined, type ExpressionExpectation } from './expectation.js';
import type { ExpressionThread } from './expression-thread.js';

/**
 * What a JSONata expression says of the answers and the state. It must give true or false; anything else is a mistake in it.
 *
 * Where an answer is unclear, what would have become of the expression is not known. It is judged all the same where it
 * never looked at the answers, and nothing can be at work any more: the state is what it is then.
 */
export function expressionChecker(
  expectation: ExpressionExpectation,
  anomaly: string,
  thread: ExpressionThread,
): SlowChecker<Burst> {
  const { text } = expectation;
  return {
    name: `expect ${text}`,
    anomalies: [anomaly],
    async check(history) {
      const { unclear, isSettled } = answersOf(history);
      const open = new Undecided(`"${text}" is open: not every answer is clear (${unclearWords(unclear)})`);
      if (!isSettled) throw open;
      if (history.final.lostBefore === true) {
        throw new Undecided('what was asked for before the burst was lost with the process that held it');
      }
      const outcome = await thread.evaluate(text, documentOf(history));
      if (outcome.kind === 'endless') throw new Undecided(`"${text}" cannot be told: ${outcome.reason}`);
      if (unclear.length > 0 && (outcome.kind === 'failed' || outcome.readAnswers)) throw open;
      if (outcome.kind === 'failed') {
        const { message, position, token } = outcome;
        throw new UsageError([
          `--expect failed: ${message}\n${underlined(text, position, token)}\n  it was put to ${observedIn(history)}`,
        ]);
      }
      if (outcome.value === undefined) throw notBoolean(text, outcome.words, history);
      return outcome.value ? [] : [broken(expectation, anomaly, history)];
    },
  };
}

function notBoolean(text: string, words: string, history: History<Burst>): UsageError {
  const hint = words === 'nothing' ? ': is every name in it written as in the answers?' : '';
  return new UsageError([
    `expected true or false of --expect '${text}', got ${words}${hint}\n  it was put to ${observedIn(history)}`,
  ]);
}

/** What an expression was put to, in short. */
function observedIn({ operations, final }: History<Burst>): string {
  return [
    countedWords(operations),
    ...(['before', 'after'] as const).flatMap((name) =>
      final[name] === undefined ? [] : [`${name} ${shortJson(final[name])}`],
    ),
  ].join('; ');
}

function broken({ text, names }: ExpressionExpectation, anomaly: string, history: History<Burst>): Finding {
  const observed = observedIn(history);
  const isEarly = names.includes('after') && history.operations.some(isAccepted);
  return {
    anomaly,
    grade: 'violation',
    message: `"${text}" is false: ${observed}${isEarly ? EARLY : ''}`,
    expected: text,
    observed,
    witness: history.operations.flatMap(({ completeIndex }) => completeIndex ?? []),
  };
}

/** RFC 9110, 15.3.3: the request was accepted, and what it asks for may be done later. No race need be in it then. */
const ACCEPTED = 202;
const EARLY =
  '; 202 says that the work may be done later: then --after must ask a route that waits for its end';

function isAccepted(operation: History<Burst>['operations'][number]): boolean {
  return operation.status === 'ok' && operation.output.status === ACCEPTED;
}

const SHOWN = 120;

function shortJson(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 3)}...`;
}
