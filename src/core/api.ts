import type { AnomalyId } from './anomaly.js';
import type { StoreAddress } from './context.js';
import type { Json } from './json.js';
import type { Parameters } from './scenario.js';

/** One HTTP request as a target writes it. */
export interface ApiRequest {
  /** Default: `POST` with a body, else `GET`. */
  readonly method?: string;
  /** Below the base URL, with its query: `/api/checkout?dry=0`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is, anything else as JSON with its `content-type`. */
  readonly body?: Json;
}

/** A whole answer. */
export interface ApiAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body as JSON. Throws `NotJson` where it is none: then nothing is known of the operation, and it is `info`. */
  json(): unknown;
}

/** A store of ours that a command is given: its address, and the URL that its drivers read. */
export interface StoreAtHand extends StoreAddress {
  /** With the namespace of this run where a URL can name one: a schema, a database. Redis has none: use `namespace` as a key prefix. */
  readonly url: string;
}

/** What the environment of a command can be made of. */
export interface CommandGiven {
  /** The port that the command shall listen on, also in `PORT`. */
  readonly port: number;
  /** By name, each store that the target names besides `http`. */
  readonly stores: Readonly<Record<string, StoreAtHand>>;
  /** The scenario's numbers. */
  readonly parameters: Parameters;
  /** From 0. Exploring starts one more for each client, on the same stores: what is to be made in them is there by then. */
  readonly instance: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A command that is started for each run on a target, waited for, logged, and stopped with all of its children. */
export interface ApiStart {
  /** A line for the shell, or a program with its arguments. */
  readonly command: string | readonly [string, ...string[]];
  /** What it is called in reports. Default: the command. */
  readonly title?: string;
  /** Default: the working directory. A relative folder is relative to it. */
  readonly cwd?: string;
  /** Variables besides those of this process, `PORT`, and the URLs of the stores that the target names. */
  readonly env?: Environment | ((given: CommandGiven) => Environment);
  /**
   * `path` answers 2xx, or its output says `output`. Default: its port takes connections. At most `withinMs`, by default
   * 30,000.
   */
  readonly readyWhen?: {
    readonly path?: string;
    readonly output?: string | RegExp;
    readonly withinMs?: number;
  };
  /** Default `SIGTERM`; after `stopWithinMs`, by default 5,000, it is killed. */
  readonly stopSignal?: NodeJS.Signals;
  readonly stopWithinMs?: number;
}

/**
 * When nothing of a request without a clear answer is at work any more. `afterMs`: that much later it surely is over, e.g.
 * the API's own limit for a request. `request`: asked again and again until it answers 2xx, and `until` says so where it is
 * given; at most `withinMs`, by default 30,000.
 */
export type ApiSettle =
  | { readonly afterMs: number }
  | {
      readonly request: ApiRequest;
      readonly until?: (answer: ApiAnswer) => boolean;
      readonly withinMs?: number;
    };

/** The control of an API: the same command with another environment, or another target of its contract. */
export type ApiControl = {
  /** One of these must be found or counted. Default: whatever the scenario's own controls must show. */
  readonly shows?: readonly AnomalyId[];
} & ({ readonly env: Environment } | { readonly target: string });

/** One request with all that is sent of it. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The requests and answers of an API without their sending, for an engine that sends by itself. */
export interface ApiExchange {
  request(
    f: string,
    input: Json,
    from: { readonly client: number; readonly parameters: Parameters },
  ): SentRequest;
  /** What the answer tells of the operation. Throws as the operation does. */
  outcome(
    f: string,
    input: Json,
    request: SentRequest,
    answer: Pick<ApiAnswer, 'status' | 'headers' | 'body'>,
  ): Json;
}

/** The API behind a target whose first store is `http`: where it is, how it is started, how it comes to rest. */
export interface Api {
  readonly baseUrl: string | ((given: { readonly port: number }) => string);
  /** Takes any certificate. */
  readonly insecure: boolean;
  /** How its requests are made to arrive together. Default `auto`. */
  readonly sync?: 'auto' | 'last-byte' | 'single-packet' | 'none';
  /** At least so long are its requests held, in milliseconds. Default: as the transport finds. */
  readonly holdMs?: number;
  readonly start?: ApiStart;
  readonly settle?: ApiSettle;
  /** How its user says when it has come to rest; for people. Default: in the target. */
  readonly settleHint?: string;
  readonly control?: ApiControl;
  /** What another sender of its requests needs. Absent where there is no contract of operations: a burst from the command line. */
  readonly exchange?: ApiExchange;
  /** What is wrong with its definition; for people. */
  readonly problems: readonly string[];
}
