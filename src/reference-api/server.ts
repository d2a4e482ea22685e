import http from 'node:http';
import { NotHappened } from '../core/context.js';
import type { Contract, ContractTypes, Schema } from '../core/contract.js';
import type { Json } from '../core/json.js';
import { HEALTH, NOT_HAPPENED_STATUS, TEST_ROUTES, type RouteRequest, type Routes } from '../http/routes.js';
import type { ClientPool } from './client-pool.js';
import { matching, type Matched } from './matching.js';

/** What the server stands on. */
export interface Served {
  readonly contract: Contract<ContractTypes>;
  readonly routes: Routes<ContractTypes>;
  readonly pool: Pick<ClientPool, 'run'>;
  /** Of an operation of which nothing is known: for the server's log, and not for its client. */
  tell(error: unknown): void;
  /** Where tests may reset and look. */
  readonly test?: { reset(initial: Json): Promise<void>; read(): Promise<Json> };
}

interface Reply {
  readonly status: number;
  readonly body: Json;
}

const MOST_BYTES = 1_000_000;

/** A request that the client should not have sent. */
class BadRequest extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * A small JSON API over one strategy: its routes, and what every server needs. A request that fits no contract is answered
 * 400; an operation that surely did nothing 503; one of which nothing is known 500, without its reason, as a server in
 * production would.
 */
export function referenceServer(served: Served): http.Server {
  const find = matching(served.routes);
  const replyTo = async (request: http.IncomingMessage): Promise<Reply> => {
    const { method = 'GET' } = request;
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname === HEALTH) return { status: 200, body: { message: 'ready' } };
    if (served.test !== undefined) {
      if (method === 'POST' && url.pathname === TEST_ROUTES.reset) {
        await served.test.reset(checked(served.contract.initial, await bodyOf(request)));
        return { status: 200, body: { message: 'reset' } };
      }
      if (method === 'GET' && url.pathname === TEST_ROUTES.state) {
        return { status: 200, body: await served.test.read() };
      }
    }
    const matched = find(method, url.pathname);
    if (matched === undefined) throw new BadRequest(404, `There is no ${method} ${url.pathname}`);
    const { f, route, params } = matched;
    const body = await bodyOf(request);
    const input = checked(
      served.contract.operations[f]?.input,
      inputOf(route, { params, query: url.searchParams, body }),
    );
    return route.answer(await served.pool.run(f, input));
  };
  return http.createServer((request, response) => {
    void replyTo(request)
      .catch((error: unknown) => failure(error, served))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
  });
}

function failure(error: unknown, served: Served): Reply {
  if (error instanceof BadRequest) return { status: error.status, body: { message: error.message } };
  if (error instanceof NotHappened) {
    return { status: NOT_HAPPENED_STATUS, body: { message: 'Please try again', code: error.code } };
  }
  served.tell(error);
  return { status: 500, body: { message: 'Internal server error' } };
}

async function bodyOf(request: http.IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new BadRequest(413, `Expected at most ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new BadRequest(400, 'Expected JSON');
  }
}

/** What a route cannot take apart is no request of ours. */
function inputOf(route: Matched['route'], request: RouteRequest): unknown {
  try {
    return route.input(request);
  } catch {
    throw new BadRequest(400, 'Expected an object as JSON');
  }
}

function checked(schema: Schema<Json> | undefined, value: unknown): Json {
  const parsed = schema?.safeParse(value);
  if (parsed === undefined) return value as Json;
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.')}: ${message}`,
  );
  throw new BadRequest(400, problems.join('; '));
}
