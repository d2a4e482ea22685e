import type {
  Api,
  ApiAnswer,
  ApiControl,
  ApiRequest,
  ApiSettle,
  ApiStart,
  CommandGiven,
  Environment,
  StoreAtHand,
} from '../core/api.js';
import type { TargetContext } from '../core/context.js';
import type { Contract, ContractTypes, InputOf, OperationName, OutputOf } from '../core/contract.js';
import type { Parameters } from '../core/scenario.js';
import type { Target } from '../core/target.js';
import { exchangeOf } from './exchange.js';
import { definitionProblems } from './definition-problems.js';
import type { Sync } from './http-transport.js';
import { openHttpTarget } from './open-http-target.js';

/** Stores that an API can be given, started for it if no URL names one. */
export type ApiStoreName = 'postgres' | 'mongodb' | 'redis';

/** What is known where a request is made. */
export interface RequestFrom {
  /** From 0, the same in every trial: a user, with a token of its own. */
  readonly client: number;
  readonly parameters: Parameters;
}

/**
 * What an answer with this status means. `outcome`: the operation's `outcome` is asked. `not-happened`: it surely did
 * nothing. `unclear`: it may have happened.
 */
export type StatusMeaning = 'outcome' | 'not-happened' | 'unclear';

/** One operation of the contract, as the API has it. */
export interface HttpOperation<Input, Output> {
  request(input: Input, from: RequestFrom): ApiRequest;
  /** The outcome that the answer tells of. One that does not fit the contract ends the run: the definition is wrong. */
  outcome(answer: ApiAnswer, input: Input): Output;
}

/** Before each trial: a request that must be answered 2xx, or a function that resolves when it is done. */
export type HttpReset<Initial> =
  | { request(initial: Initial, parameters: Parameters): ApiRequest }
  | ((initial: Initial, context: TargetContext) => Promise<void>);

/** After each trial: a request that must be answered 2xx and what its answer says, or a function that reads it. */
export type HttpState<Final> =
  | { readonly request: ApiRequest; final(answer: ApiAnswer): Final }
  | ((context: TargetContext) => Promise<Final>);

/** As `ApiStart`, with the stores that the target names. */
export interface HttpStart<Store extends string> extends Omit<ApiStart, 'env'> {
  readonly env?:
    | Environment
    | ((
        given: Omit<CommandGiven, 'stores'> & { readonly stores: Readonly<Record<Store, StoreAtHand>> },
      ) => Environment);
}

/** Somebody's HTTP API as a target for one contract. */
export interface HttpTargetDefinition<
  C extends ContractTypes,
  Store extends ApiStoreName = never,
> extends Partial<Pick<Target<C>, 'summary' | 'prevents' | 'costs' | 'source' | 'expectations'>> {
  readonly contract: Contract<C>;
  /** Small letters, digits and dashes: its id is `http/<name>`. */
  readonly name: string;
  /** Such as `http://127.0.0.1:3000`. Where a command is started, its port may be left open: `({ port }) => ...`. */
  readonly baseUrl: string | ((given: { readonly port: number }) => string);
  /** Takes any certificate. Default false. */
  readonly insecure?: boolean;
  /** How requests are made to arrive together. Default `auto`. */
  readonly sync?: Sync;
  /** A cheap path without effect, asked right before a burst so that the server is busy. Default: the base URL's own path. */
  readonly decoyPath?: string;
  /** At least so long are requests held, in milliseconds, at most 2,000. Default: 8, or twice the slowest of the latest probes. */
  readonly holdMs?: number;
  /** Stores that the command is given: servers of ours, or those that `--postgres-url` and the like name. Default: none. */
  readonly stores?: readonly Store[];
  /** Default: the API is running already. */
  readonly start?: HttpStart<Store>;
  /** Once, before the first trial. Default: nothing. */
  readonly setup?: HttpReset<void>;
  readonly reset: HttpReset<C['initial']>;
  readonly operations: {
    readonly [F in OperationName<C>]: HttpOperation<InputOf<C, F>, OutputOf<C, F>>;
  };
  readonly state: HttpState<C['final']>;
  /** By status. Default: `unclear` from 500 on, else `outcome`. */
  readonly statuses?: Readonly<Record<number, StatusMeaning>>;
  /** Default: what has no clear answer may be at work for ever, so that its trial proves nothing. */
  readonly settle?: ApiSettle;
  /** Default: none of its own. */
  readonly control?: ApiControl;
}

/** What a definition has to hold for a contract. */
type DefinitionFor<K, Store extends ApiStoreName> =
  K extends Contract<infer C> ? HttpTargetDefinition<C, Store> : never;
type TypesOf<K> = K extends Contract<infer C> ? C : never;

/**
 * Somebody's HTTP API as a target, typed by its contract: every scenario of that contract then runs against it, with the same
 * checkers. What is wrong with the definition is said when the target is used, all of it at once.
 */
export function defineHttpTarget<K, const Store extends ApiStoreName = never>(
  // Inferred from the contract alone, so that literal outcomes stay literals: `{ result: 'booked' }` needs no type beside it.
  definition: { readonly contract: K } & DefinitionFor<NoInfer<K>, Store>,
): Target<TypesOf<K>> {
  return httpTarget(definition as unknown as HttpTargetDefinition<TypesOf<K>, Store>);
}

/** The same for whoever knows the contract's types by name. */
export function httpTarget<C extends ContractTypes, Store extends ApiStoreName = never>(
  definition: HttpTargetDefinition<C, Store>,
): Target<C> {
  const { name, contract, baseUrl, insecure = false, start, settle, control, stores = [] } = definition;
  const api: Api = {
    ...{ baseUrl, insecure },
    ...(definition.sync === undefined ? {} : { sync: definition.sync }),
    ...(definition.holdMs === undefined ? {} : { holdMs: definition.holdMs }),
    // Its `env` is only ever given the stores that the target names.
    ...(start === undefined ? {} : { start }),
    ...(settle === undefined ? {} : { settle }),
    ...(control === undefined ? {} : { control }),
    // Inside, all contracts are alike.
    exchange: exchangeOf(definition as unknown as HttpTargetDefinition<ContractTypes>),
    problems: definitionProblems(definition),
  };
  return {
    contract: contract?.name,
    id: `http/${name}`,
    stores: ['http', ...stores],
    summary: definition.summary ?? `The API ${start === undefined ? `at ${String(baseUrl)}` : name}.`,
    prevents: definition.prevents ?? 'Whatever its author says.',
    costs: definition.costs ?? 'Not known.',
    source: definition.source ?? '',
    expectations: definition.expectations ?? {},
    api,
    open: (context) => openHttpTarget(definition, context),
  };
}
