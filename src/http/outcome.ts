import type { ApiAnswer } from '../core/api.js';
import type { Contract, ContractTypes } from '../core/contract.js';
import type { Json } from '../core/json.js';
import { NotJson, shownAnswer } from '../stores/http/ask.js';
import type { HttpOperation } from './define-http-target.js';

/** What `outcome` made of an answer does not fit the contract, or it threw: the definition is wrong, which ends the run. */
export class WrongOutcome extends TypeError {
  override readonly name = 'WrongOutcome';
}

/** An answer, and all that is needed to say what is wrong with what became of it. */
export interface Answered {
  readonly contract: Contract<ContractTypes>;
  readonly f: string;
  readonly input: Json;
  readonly answer: ApiAnswer;
  /** For people. */
  readonly request: string;
  readonly operation: HttpOperation<Json, Json>;
}

/** The outcome, which fits the contract. Throws `WrongOutcome`; a body that is no JSON, and what `outcome` throws as not happened, goes through. */
export function outcomeOf({ contract, f, input, answer, request, operation }: Answered): Json {
  const told = `${request} was answered ${shownAnswer(answer)}`;
  let outcome: Json;
  try {
    outcome = operation.outcome(answer, input);
  } catch (error) {
    if (error instanceof NotJson || (error instanceof Error && error.name === 'NotHappened')) throw error;
    const wrong = new WrongOutcome(`${told}: outcome() of ${f} threw ${String(error)}`);
    if (error instanceof Error && error.stack !== undefined) wrong.stack = error.stack;
    throw wrong;
  }
  const parsed = contract.operations[f]?.output?.safeParse(outcome);
  if (parsed === undefined || parsed.success) return outcome;
  const problems = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`));
  throw new WrongOutcome(
    `${told}, of which outcome() of ${f} made ${JSON.stringify(outcome) ?? 'undefined'}: that does not fit the contract "${contract.name}" (${problems.join('; ')}). Correct outcome(), or say what ${answer.status} means in statuses`,
  );
}
