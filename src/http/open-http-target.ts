import type { ApiAnswer, ApiRequest } from '../core/api.js';
import type { ClientContext, TargetContext } from '../core/context.js';
import type { ContractTypes } from '../core/contract.js';
import type { Json } from '../core/json.js';
import type { Client, OpenTarget } from '../core/target.js';
import { UsageError } from '../core/usage-error.js';
import { ask, shownAnswer, type Asked } from '../stores/http/ask.js';
import { definitionProblems } from './definition-problems.js';
import type { ApiStoreName, HttpReset, HttpState, HttpTargetDefinition } from './define-http-target.js';
import { exchangeOf, named } from './exchange.js';
import { heldAttempt } from './held-request.js';
import { openHttpTransport, type HttpClient } from './http-transport.js';

type AnyDefinition = HttpTargetDefinition<ContractTypes>;

/** Of a reset or a final read. */
const ASK_MS = 30_000;

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
  const { insecure = false, sync = 'auto', decoyPath, holdMs, setup, reset, state } = definition;
  const transport = await openHttpTransport(
    {
      ...{ baseUrl, sync, insecure },
      ...(decoyPath === undefined ? {} : { decoyPath }),
      ...(holdMs === undefined ? {} : { holdMs }),
    },
    context,
  );
  const asking = (request: ApiRequest) => asked(request, { baseUrl, insecure, sync });
  const open: OpenTarget<ContractTypes> = {
    setup: async () => {
      if (setup !== undefined) await prepare(setup, undefined, context, asking);
    },
    reset: (initial) => prepare(reset, initial, context, asking),
    client: async (clientContext) =>
      clientOf(definition, clientContext, await transport.client(clientContext)),
    read: () => finalOf(state, context, asking),
    aboutToRelease: (waits) => transport.aboutToRelease(waits),
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
async function asked(request: ApiRequest, api: Omit<Asked, 'withinMs' | 'signal'>): Promise<ApiAnswer> {
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
  const exchange = exchangeOf(definition);
  const from = { client: context.client, parameters: context.parameters };
  const attempts = Object.fromEntries(
    Object.keys(definition.operations).map((f) => [
      f,
      async (input: Json) => {
        const request = exchange.request(f, input, from);
        return exchange.outcome(f, input, request, await http.send(request));
      },
    ]),
  );
  return {
    ...attempts,
    hold: async (f: string, input: Json) => {
      const request = exchange.request(f, input, from);
      return heldAttempt(await http.hold(request), (got) => exchange.outcome(f, input, request, got));
    },
    close: () => http.close(),
  } as Client<ContractTypes>;
}
