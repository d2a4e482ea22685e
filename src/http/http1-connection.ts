import type net from 'node:net';
import type { Traffic } from '../core/context.js';
import type { Dialled } from './dial.js';
import { HttpError } from './http-error.js';
import { ResponseParser, type ParsedResponse } from './response-parser.js';

/** One request on its way: what has come of its answer. */
export interface Exchange {
  readonly answer: Promise<ParsedResponse>;
  /** Something of the final answer has come. */
  readonly begun: boolean;
}

interface Waiting {
  readonly parser: ResponseParser;
  resolve(response: ParsedResponse): void;
  reject(error: HttpError): void;
}

/** A server that names a time for keep-alive may close just when a request is on its way: not used in its last second, or half. */
const KEEP_ALIVE_MARGIN_MS = 1_000;

/** A connected socket that speaks HTTP/1.1, one request at a time. */
export class Http1Connection {
  #waiting: Waiting | undefined;
  #isOpen = true;
  #usableUntilMs = Number.POSITIVE_INFINITY;
  private readonly socket: net.Socket;
  private readonly traffic: Traffic | undefined;

  constructor({ socket, traffic }: Dialled) {
    this.socket = socket;
    this.traffic = traffic;
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.once('end', () => this.#ended());
    socket.once('error', (error) =>
      this.#fail(
        new HttpError('connection-lost', `the connection was lost: ${error.message}`, { cause: error }),
      ),
    );
    socket.once('close', () => this.#fail(new HttpError('connection-lost', 'the connection was lost')));
  }

  /** No request is on its way, and the server has not closed it, nor is about to. */
  get isFree(): boolean {
    return this.#isOpen && this.#waiting === undefined && performance.now() < this.#usableUntilMs;
  }

  /** A request is on its way. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  write(bytes: Buffer): void {
    if (!this.#isOpen || bytes.length === 0) return;
    this.traffic?.sent();
    this.socket.write(bytes);
  }

  /**
   * Writes what is held back no longer than its end, in two segments. Linux acknowledges at once what came in two small
   * segments, and one alone with the answer; and it counts on until it has acknowledged. Held in one segment, a request
   * would come to its two with its end, and the server would acknowledge each end as it reads it: between the arrivals, on
   * loopback a fifth of their spread. (`tcp_measure_rcv_mss` and `tcp_cleanup_rbuf`. Node's own server on two cores, 330
   * bursts of 33: p50 195 us instead of 237, and 179 instead of 229 where it was stopped until all had come.)
   */
  writeInTwo(bytes: Buffer): void {
    this.write(bytes.subarray(0, -1));
    this.write(bytes.subarray(-1));
  }

  /** Begins to wait for the answer to a request, of which nothing need be written yet. */
  exchange(method: string): Exchange {
    // Cannot happen: who has the connection asks whether it is free.
    if (this.#waiting !== undefined) throw new Error('two requests at once on one connection');
    const parser = new ResponseParser(method === 'HEAD');
    const answer = new Promise<ParsedResponse>((resolve, reject) => {
      this.#waiting = { parser, resolve, reject };
    });
    if (!this.#isOpen) this.#fail(new HttpError('connection-lost', 'the connection was lost'));
    // Whoever holds the request may look at its answer only later.
    answer.catch(() => undefined);
    return {
      answer,
      get begun() {
        return parser.begun;
      },
    };
  }

  destroy(): void {
    this.#fail(new HttpError('abandoned', 'the request was given up'));
  }

  #read(bytes: Buffer): void {
    this.traffic?.received();
    // Not asked for: a server that says why it closes. The next answer would begin with it.
    if (this.#waiting === undefined) return this.#close();
    try {
      const response = this.#waiting.parser.push(bytes);
      if (response !== undefined) this.#answered(response);
    } catch (error) {
      this.#fail(error as HttpError);
    }
  }

  #ended(): void {
    if (this.#waiting === undefined) return this.#close();
    try {
      this.#answered(this.#waiting.parser.end());
    } catch (error) {
      this.#fail(error as HttpError);
    }
  }

  #answered(response: ParsedResponse): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (!response.reusable) this.#close();
    const seconds = /timeout=(\d+)/i.exec(response.headers['keep-alive'] ?? '')?.[1];
    if (seconds !== undefined) {
      const keepsMs = Number(seconds) * 1_000;
      this.#usableUntilMs = performance.now() + Math.max(keepsMs / 2, keepsMs - KEEP_ALIVE_MARGIN_MS);
    }
    waiting?.resolve(response);
  }

  #fail(error: HttpError): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#close();
    waiting?.reject(error);
  }

  #close(): void {
    this.#isOpen = false;
    this.socket.destroy();
  }
}
