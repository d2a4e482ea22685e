import type { TLSSocket } from 'node:tls';
import type { ClientContext, TargetContext } from '../core/context.js';
import { dial } from './dial.js';

/** How requests are made to arrive together; see docs/http.md. */
export const SYNCS = ['auto', 'last-byte', 'single-packet', 'none'] as const;
export type Sync = (typeof SYNCS)[number];

export interface HttpRequest {
  readonly method: string;
  /** Below the base URL, with its query; begins with a slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the release, or from the whole request written, to the last byte of the answer. */
  readonly ms: number;
  /** It came before the request was let go: this server does not wait for the body. */
  readonly early: boolean;
}

/** A request of which all has been written but the end. */
export interface HeldRequest {
  /** Something of its answer has come already. */
  readonly early: boolean;
  /** Lets the rest go, synchronously, and resolves with the answer. */
  release(): Promise<HttpAnswer>;
  /** Gives it up: its connection is ended. */
  abandon(): void;
}

/**
 * One client's connection. One request at a time; never pipelined, never sent again by itself.
 *
 * Rejects with `NotHappened` where no connection could be had, so that no byte was written; with `HttpError` where there
 * was no whole answer. A connection that the server has closed, or is about to by its own word, is replaced before a request,
 * and counted as `reconnect`.
 */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Resolves when the server has had the time to do whatever it does before it needs the rest. */
  hold(request: HttpRequest): Promise<HeldRequest>;
  close(): Promise<void>;
}

/** What the clients of one host process share. */
export interface HttpTransport {
  client(context: ClientContext): Promise<HttpClient>;
  /** How long requests are held now: it follows the latest probes. */
  readonly holdMs: number;
  /**
   * Decoys, written right in front of a simultaneous release, in most bursts; see docs/http.md. Resolves when the server is
   * busy with them, where that can be told and is waited for: the best moment to release.
   */
  aboutToRelease(waits: boolean): Promise<void> | void;
  close(): Promise<void>;
}

export interface HttpTransportOptions {
  /** `http:` or `https:`; its path stands before every request's. */
  readonly baseUrl: string;
  readonly sync: Sync;
  /** Accepts any certificate. */
  readonly insecure: boolean;
  /**
   * What decoys, probes and the first request of each connection ask for with GET. Default: the base URL's own path. `false`:
   * nothing but the requests of the burst is sent; they then meet less often, and the hold does not adapt.
   */
  readonly decoyPath?: string | false;
  /** At least so long are requests held, in milliseconds. Default 8, or twice the slowest of the latest probes. */
  readonly holdMs?: number;
  /** A header of the answers that says when the request arrived, by the server's wall clock; see `arrivalMs`. */
  readonly arrivalHeader?: string;
}

/**
 * Connects, and probes. `auto` is HTTP/2 where the server agrees to it inside TLS, else HTTP/1.1; `single-packet` is HTTP/2,
 * without TLS by prior knowledge. Rejects with `NotHappened` where nothing listens, or nothing speaks HTTP/2 that must.
 */
export async function openHttpTransport(
  options: HttpTransportOptions,
  context: TargetContext,
): Promise<HttpTransport> {
  if (
    options.sync === 'single-packet' ||
    (options.sync === 'auto' && (await agreesToHttp2(options, context)))
  ) {
    const { openHttp2 } = await import('./http2-transport.js');
    return openHttp2(options, context);
  }
  const { openHttp1 } = await import('./http1-transport.js');
  return openHttp1(options, context);
}

async function agreesToHttp2(options: HttpTransportOptions, context: TargetContext): Promise<boolean> {
  const base = new URL(options.baseUrl);
  if (base.protocol !== 'https:') return false;
  const { socket } = await dial({ base, insecure: options.insecure }, context, ['h2', 'http/1.1']);
  const { alpnProtocol } = socket as TLSSocket;
  socket.destroy();
  return alpnProtocol === 'h2';
}
