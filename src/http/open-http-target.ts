import type { ApiAnswer, ApiRequest } from '../core/api.js';
import { NotHappened, type ClientContext, type TargetContext } from '../core/context.js';
import type { ContractTypes } from '../core/contract.js';
import type { Json } from '../core/json.js';
import type { Client, HeldAttempt, OpenTarget } from '../core/target.js';
import { UsageError } from '../core/usage-error.js';
import { answerOf, ask, prepared, shownAnswer } from '../stores/http/ask.js';
import { definitionProblems } from './definition-problems.js';
import type {
  ApiStoreName,
  HttpReset,
  HttpState,
  HttpTargetDefinition,
  StatusMeaning,
} from './define-http-target.js';
import { openHttpTransport, type HttpAnswer, type HttpClient, type HttpRequest } from './http-transport.js';
import { outcomeOf } from './outcome.js';

type AnyDefinition = HttpTargetDefinition<ContractTypes>;

/** Of a reset or a final read. */
const ASK_MS = 30_000;
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

/** A defined API at work. */
export async function openHttpTarget<C extends ContractTypes, Store extends ApiStoreName>(
  typed: HttpTargetDefinition<C, Store>,
  context: TargetContext,
): Promise<OpenTarget<C>> {
  // Inside, all contracts are alike: what an operation is given and answers stays between the scenario and the definition.
  const definition = typed as unknown as AnyDefinition;
  const [first, ...rest] = definitionProblems(definition);
  if (first !== undefined) throw new UsageError([first, ...rest]);
  const { namespace: baseUrl } = context.address('http');
  const { insecure = false, sync = 'auto', decoyPath, setup, reset, state } = definition;
  const transport = await openHttpTransport(
    { baseUrl, sync, insecure, ...(decoyPath === undefined ? {} : { decoyPath }) },
    context,
  );
  const asking = (request: ApiRequest) => asked(request, { baseUrl, insecure });
  const open: OpenTarget<ContractTypes> = {
    setup: async () => {
      if (setup !== undefined) await prepare(setup, undefined, context, asking);
    },
    reset: (initial) => prepare(reset, initial, context, asking),
    client: async (clientContext) =>
      clientOf(definition, clientContext, await transport.client(clientContext)),
    read: () => finalOf(state, context, asking),
    aboutToRelease: () => transport.aboutToRelease(),
    close: () => transport.close(),
  };
  return open as unknown as OpenTarget<C>;
}

type Asking = (request: ApiRequest) => Promise<ApiAnswer>;

async function prepare<Initial>(
  how: HttpReset<Initial>,
  initial: Initial,
  context: TargetContext,
  asking: Asking,
): Promise<void> {
  if (typeof how === 'function') await how(initial, context);
  else await asking(how.request(initial, context.parameters));
}

async function finalOf<Final>(how: HttpState<Final>, context: TargetContext, asking: Asking): Promise<Final> {
  return typeof how === 'function' ? how(context) : how.final(await asking(how.request));
}

/** A reset or a final read: anything but 2xx is an error, for nothing can be judged without it. */
async function asked(
  request: ApiRequest,
  api: { readonly baseUrl: string; readonly insecure: boolean },
): Promise<ApiAnswer> {
  const answer = await ask(request, { ...api, withinMs: ASK_MS }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${named(request)} failed: ${reason}`, { cause: error });
  });
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new Error(`${named(request)} was answered ${shownAnswer(answer)}, not 2xx`);
}

function clientOf(
  definition: AnyDefinition,
  context: ClientContext,
  http: HttpClient,
): Client<ContractTypes> {
  const { contract, operations } = definition;
  const requestOf = (f: string, input: Json) => {
    const from = { client: context.client, parameters: context.parameters };
    return operations[f]!.request(input, from);
  };
  const answered = (f: string, input: Json, request: ApiRequest, got: HttpAnswer): Json => {
    const answer = answerOf(got.status, got.headers, got.body);
    const meaning = meaningOf(answer.status, definition.statuses);
    if (meaning === 'unclear') throw new UnclearAnswer(request, answer);
    if (meaning === 'not-happened') {
      throw new NotHappened(`${named(request)} was answered ${shownAnswer(answer)}`, `http-${answer.status}`);
    }
    return outcomeOf({ contract, f, input, answer, request: named(request), operation: operations[f]! });
  };
  const attempts = Object.fromEntries(
    Object.keys(operations).map((f) => [
      f,
      async (input: Json) => {
        const request = requestOf(f, input);
        return answered(f, input, request, await http.send(sendable(request)));
      },
    ]),
  );
  return {
    ...attempts,
    hold: async (f: string, input: Json): Promise<HeldAttempt> => {
      const request = requestOf(f, input);
      const held = await http.hold(sendable(request));
      return {
        early: held.early,
        release: () => held.release().then((got) => answered(f, input, request, got)),
        abandon: () => held.abandon(),
      };
    },
    close: () => http.close(),
  } as Client<ContractTypes>;
}

function meaningOf(status: number, statuses: AnyDefinition['statuses'] = {}): StatusMeaning {
  return statuses[status] ?? (status >= FIRST_UNCLEAR_STATUS ? 'unclear' : 'outcome');
}

function sendable(request: ApiRequest): HttpRequest {
  return { path: request.path, ...prepared(request) };
}

/** Without its query: a token may stand in it. */
function named({ path, ...request }: ApiRequest): string {
  return `${prepared({ path, ...request }).method} ${path.split('?')[0]!}`;
}
