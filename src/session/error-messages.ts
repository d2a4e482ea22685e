import type { Judgement } from '../core/verdict.js';
import { redact } from '../report/redact.js';

/** Characters of a message: enough to recognise it. */
const MOST_CHARACTERS = 200;
/** Codes whose messages are told as a reason. */
const MOST_TOLD = 3;

/**
 * What errors said becomes fit to be read: one line, short, without secrets; and where nothing was answered, it is told as a
 * reason. A secret goes before anything is cut, since half a URL would no longer be known as one.
 */
export function withErrorMessages<J extends Judgement>(judgement: J): J {
  const messages = Object.entries(judgement.errorMessages).map(
    ([code, message]) => [code, fit(message)] as const,
  );
  const errorMessages = Object.fromEntries(messages);
  const { verdict, operations, errors } = judgement;
  if (verdict !== 'inconclusive' || operations.ok > 0) return { ...judgement, errorMessages };
  const told = messages
    .filter(([, message]) => message !== '')
    .sort(([a], [b]) => (errors[b] ?? 0) - (errors[a] ?? 0))
    .slice(0, MOST_TOLD)
    .map(([code, message]) => `the first ${code} said: ${message}`);
  return { ...judgement, errorMessages, reasons: [...judgement.reasons, ...told] };
}

function fit(message: string): string {
  const line = redact(message).replace(/\s+/g, ' ').trim();
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS).trimEnd()}…` : line;
}
