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
  { text }: ExpressionExpectation,
  anomaly: string,
  thread: ExpressionThread,
): SlowChecker<Burst> {
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
      return outcome.value ? [] : [broken(text, anomaly, history)];
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

function broken(text: string, anomaly: string, history: History<Burst>): Finding {
  const observed = observedIn(history);
  return {
    anomaly,
    grade: 'violation',
    message: `"${text}" is false: ${observed}`,
    expected: text,
    observed,
    witness: history.operations.flatMap(({ completeIndex }) => completeIndex ?? []),
  };
}

const SHOWN = 120;

function shortJson(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 3)}...`;
}
