import type { ApiAnswer, ApiExchange, ApiRequest } from '../core/api.js';
import { NotHappened } from '../core/context.js';
import type { ContractTypes } from '../core/contract.js';
import { answerOf, prepared, shownAnswer } from '../stores/http/ask.js';
import type { HttpTargetDefinition, StatusMeaning } from './define-http-target.js';
import { outcomeOf } from './outcome.js';

type AnyDefinition = HttpTargetDefinition<ContractTypes>;

const FIRST_UNCLEAR_STATUS = 500;

/** An answer that does not tell whether the operation happened: `info`. */
export class UnclearAnswer extends Error {
  override readonly name = 'UnclearAnswer';
  readonly code: string;
  constructor(request: ApiRequest, answer: ApiAnswer) {
    super(`${named(request)} was answered ${shownAnswer(answer)}`);
    this.code = `http-${answer.status}`;
  }
}

/** What a definition makes of inputs and answers. */
export function exchangeOf(definition: AnyDefinition): ApiExchange {
  const operationOf = (f: string) => definition.operations[f]!;
  return {
    request: (f, input, from) => {
      const request = operationOf(f).request(input, from);
      return { path: request.path, ...prepared(request) };
    },
    outcome: (f, input, request, got) => {
      const { contract, statuses } = definition;
      const operation = operationOf(f);
      const answer = answerOf(got.status, got.headers, got.body);
      const meaning = meaningOf(answer.status, statuses);
      if (meaning === 'unclear') throw new UnclearAnswer(request, answer);
      if (meaning === 'not-happened') {
        throw new NotHappened(
          `${named(request)} was answered ${shownAnswer(answer)}`,
          `http-${answer.status}`,
        );
      }
      return outcomeOf({ contract, f, input, answer, request: named(request), operation });
    },
  };
}

function meaningOf(status: number, statuses: AnyDefinition['statuses'] = {}): StatusMeaning {
  return statuses[status] ?? (status >= FIRST_UNCLEAR_STATUS ? 'unclear' : 'outcome');
}

/** Without its query: a token may stand in it. */
export function named({ path, ...request }: ApiRequest): string {
  return `${prepared({ path, ...request }).method} ${path.split('?')[0]!}`;
}
