import type { Contract, ContractTypes, OperationName } from '../src/core/contract.js';
import type { Json } from '../src/core/json.js';
import type { Target } from '../src/core/target.js';
import { httpTarget, type HttpOperation } from '../src/http/define-http-target.js';
import { referenceServerCommand } from '../src/http/reference-server.js';
import { HEALTH, NOT_HAPPENED_STATUS, TEST_ROUTES, type Route, type Routes } from '../src/http/routes.js';

/** One of our strategies on PostgreSQL, behind the reference API of its contract. */
export interface OverHttp<C extends ContractTypes> extends Pick<
  Target<C>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations'
> {
  readonly contract: Contract<C>;
  readonly routes: Routes<C>;
  /** Of `http/<strategy>` and of `postgres/<strategy>`. */
  readonly strategy: string;
}

/** What the others are shown to be able to be caught by. */
const CONTROL = 'naive';

/**
 * The reference API as a target: a server of its own process for each run, which opens the strategy with a pool of clients.
 * It is spoken to as anybody's API is. Points are not reached from outside, so nobody is stalled or crashed in it.
 */
export function overHttp<C extends ContractTypes>(api: OverHttp<C>): Target<C> {
  const { contract, routes, strategy, ...words } = api;
  return httpTarget({
    contract,
    name: strategy,
    ...words,
    baseUrl: ({ port }) => `http://127.0.0.1:${port}`,
    decoyPath: HEALTH,
    stores: ['postgres'],
    start: {
      command: referenceServerCommand(),
      title: `reference API over postgres/${strategy}`,
      env: ({ stores, parameters, instance }) => ({
        RACE_CHECK_REFERENCE_API: JSON.stringify({
          contract: contract.name,
          target: `postgres/${strategy}`,
          addresses: Object.values(stores),
          parameters,
          setup: instance === 0,
          testRoutes: true,
        }),
      }),
      readyWhen: { path: HEALTH },
    },
    reset: { request: (initial) => ({ path: TEST_ROUTES.reset, body: initial }) },
    operations: operationsOf(routes),
    state: { request: { path: TEST_ROUTES.state }, final: (answer) => answer.json() as C['final'] },
    statuses: { [NOT_HAPPENED_STATUS]: 'not-happened' },
    ...(strategy === CONTROL ? {} : { control: { target: `http/${CONTROL}` } }),
  });
}

function operationsOf<C extends ContractTypes>(routes: Routes<C>) {
  const entries = Object.entries<Route<Json, Json>>(routes as never).map(
    ([f, route]): [string, HttpOperation<Json, Json>] => [
      f,
      {
        request: (input) => route.request(input),
        outcome: (answer, input) => route.outcome(answer, input),
      },
    ],
  );
  return Object.fromEntries(entries) as never as {
    readonly [F in OperationName<C>]: HttpOperation<
      C['operations'][F]['input'],
      C['operations'][F]['output']
    >;
  };
}
