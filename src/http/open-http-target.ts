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
import { openHttpTransport, type HttpClient, type HttpTransport } from './http-transport.js';

type AnyDefinition = HttpTargetDefinition<ContractTypes>;

/** Of a reset or a final read. */
const ASK_MS = 30_000;

/** A defined API at work. */
export function openHttpTarget<C extends ContractTypes, Store extends ApiStoreName>(
  typed: HttpTargetDefinition<C, Store>,
  context: TargetContext,
): Promise<OpenTarget<C>> {
  // Inside, all contracts are alike: what an operation is given and answers stays between the scenario and the definition.
  const definition = typed as unknown as AnyDefinition;
  const [first, ...rest] = definitionProblems(definition);
  if (first !== undefined) return Promise.reject(new UsageError([first, ...rest]));
  const { namespace: baseUrl } = context.address('http');
  const { insecure = false, sync = 'auto', decoyPath, holdMs, setup, reset, state } = definition;
  let transport: HttpTransport | undefined;
  let opening: Promise<HttpTransport> | undefined;
  const openTransport = async () => {
    transport = await openHttpTransport(
      {
        ...{ baseUrl, sync, insecure },
        ...(decoyPath === undefined ? {} : { decoyPath }),
        ...(holdMs === undefined ? {} : { holdMs }),
      },
      context,
    );
    return transport;
  };
  /** Where instances are that are one client's own. */
  const instances = new Set<string>();
  const askingAt = (url: string) => (request: ApiRequest) => asked(request, { baseUrl: url, insecure, sync });
  const asking = askingAt(baseUrl);
  const httpOf = async (clientContext: ClientContext): Promise<Sending> => {
    const { namespace } = clientContext.address('http');
    if (namespace === baseUrl) return (await (opening ??= openTransport())).client(clientContext);
    instances.add(namespace);
    return alone(clientContext, { baseUrl: namespace, insecure, sync });
  };
  const open: OpenTarget<ContractTypes> = {
    setup: async () => {
      if (setup !== undefined) await prepare(setup, undefined, context, asking);
    },
    reset: async (initial) => {
      await prepare(reset, initial, context, asking);
      // What an instance keeps in its memory is forgotten by itself alone.
      if (typeof reset === 'function') return;
      for (const url of instances) await prepare(reset, initial, context, askingAt(url));
    },
    client: async (clientContext) => clientOf(definition, clientContext, await httpOf(clientContext)),
    read: () => finalOf(state, context, asking),
    aboutToRelease: (waits) => transport?.aboutToRelease(waits),
    close: async () => (await opening?.catch(() => undefined))?.close(),
  };
  return Promise.resolve(open as unknown as OpenTarget<C>);
}

/** A client's way to its API; only where others send too its requests can be held. */
type Sending = Pick<HttpClient, 'send' | 'close'> & Partial<Pick<HttpClient, 'hold'>>;

/**
 * Nobody else speaks to this instance, so nothing is sent to it but requests, each on a connection of its own: one that stands idle keeps
 * a server busy that serves one after the other.
 */
function alone(context: ClientContext, at: Omit<Asked, 'withinMs' | 'signal'>): Sending {
  return {
    send: async (request) => {
      const startedAt = performance.now();
      const answer = await ask(request, { ...at, signal: context.signal });
      return { ...answer, ms: performance.now() - startedAt, early: false };
    },
    close: () => Promise.resolve(),
  };
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

function clientOf(definition: AnyDefinition, context: ClientContext, http: Sending): Client<ContractTypes> {
  const exchange = exchangeOf(definition);
  const from = { client: context.client, parameters: context.parameters };
  const { hold } = http;
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
    ...(hold && {
      hold: async (f: string, input: Json) => {
        const request = exchange.request(f, input, from);
        return heldAttempt(await hold.call(http, request), (got) => exchange.outcome(f, input, request, got));
      },
    }),
    close: () => http.close(),
  } as Client<ContractTypes>;
}
