import { bodyText, MOST_BODY_BYTES } from '../stores/http/body-text.js';
import { HttpError } from './http-error.js';

/** A whole answer as it came, and whether its connection can be used again. */
export interface ParsedResponse {
  readonly status: number;
  /** Lower-case names; several of one name are joined with a comma and a space. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly reusable: boolean;
}

const MOST_HEAD_BYTES = 64 * 1024;
const MOST_CHUNK_LINE_BYTES = 4 * 1024;

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const FIELD_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/;
const CHUNK_LINE = /^([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?$/;

type Framing = 'none' | 'sized' | 'chunked' | 'until-close';

interface Head {
  readonly status: number;
  readonly minor: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Reads the one answer to one request of HTTP/1.1 from bytes as they come, by RFC 9112 and nothing looser: what it does not
 * allow is `not-http`, and no answer is ever made up from it. A parser that reads a garbled chunk size as the last chunk
 * would take half an answer for a whole one. Interim answers (1xx) are passed over. Head up to 64 KiB, body up to 16 MiB.
 */
export class ResponseParser {
  #rest: Buffer = Buffer.alloc(0);
  #head: Head | undefined;
  #framing: Framing = 'none';
  /** Bytes still to come: of the body, or of the chunk at hand with its line end. */
  #missing = 0;
  #inTrailers = false;
  #body: Buffer[] = [];
  #bodyBytes = 0;
  #done: ParsedResponse | undefined;

  /** `toHead`: the request was a HEAD, whose answer has no body whatever its head says. */
  constructor(private readonly toHead: boolean) {}

  /** Something of the final answer has come. */
  get begun(): boolean {
    return this.#head !== undefined || this.#rest.length > 0;
  }

  /** The answer, once it is whole. Throws `HttpError` for what is no HTTP, or too large. */
  push(bytes: Buffer): ParsedResponse | undefined {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (this.#head === undefined) {
      if (!this.#readHead()) return undefined;
    }
    return (this.#done ??= this.#readBody());
  }

  /** The server ended the connection: the answer, where its end is the end of the connection. Throws `HttpError` otherwise. */
  end(): ParsedResponse {
    if (this.#head !== undefined && this.#framing === 'until-close') return this.#whole(false);
    throw this.begun
      ? new HttpError('answer-cut-off', 'the server ended the connection within an answer')
      : new HttpError('no-answer', 'the server ended the connection without an answer');
  }

  #readHead(): boolean {
    const end = this.#rest.indexOf('\r\n\r\n');
    if (end < 0 ? this.#rest.length > MOST_HEAD_BYTES : end > MOST_HEAD_BYTES) {
      throw new HttpError('answer-too-large', `an answer's head is larger than ${MOST_HEAD_BYTES} bytes`);
    }
    if (end < 0) {
      this.#refuseGarbageEarly();
      return false;
    }
    const head = parseHead(this.#rest.toString('latin1', 0, end));
    this.#rest = this.#rest.subarray(end + 4);
    if (head.status < 200 && head.status !== 101) return this.#rest.length > 0;
    this.#head = head;
    this.#frame(head);
    return true;
  }

  /** A server that speaks something else may never send an empty line: its first bytes tell. */
  #refuseGarbageEarly(): void {
    const begin = 'HTTP/1.';
    const came = this.#rest.toString('latin1', 0, begin.length);
    if (!begin.startsWith(came)) throw notHttp(`it begins with ${quoted(this.#rest.toString('latin1'))}`);
  }

  #frame({ status, headers }: Head): void {
    const length = headers['content-length'];
    const coding = headers['transfer-encoding'];
    if (this.toHead || status < 200 || status === 204 || status === 304) this.#framing = 'none';
    else if (coding !== undefined) {
      if (length !== undefined) throw notHttp('it has both Content-Length and Transfer-Encoding');
      this.#framing = /(^|,)\s*chunked$/i.test(coding) ? 'chunked' : 'until-close';
    } else if (length !== undefined) {
      this.#missing = contentLength(length);
      this.#framing = 'sized';
    } else this.#framing = 'until-close';
  }

  #readBody(): ParsedResponse | undefined {
    switch (this.#framing) {
      case 'none':
        return this.#whole(true);
      case 'sized':
        return this.#take() ? this.#whole(true) : undefined;
      case 'until-close':
        this.#missing = this.#rest.length;
        this.#take();
        return undefined;
      case 'chunked':
        return this.#readChunks();
    }
  }

  #readChunks(): ParsedResponse | undefined {
    for (;;) {
      if (this.#missing > 0) {
        if (!this.#takeChunk()) return undefined;
        continue;
      }
      const line = this.#line();
      if (line === undefined) return undefined;
      if (this.#inTrailers) {
        if (line === '') return this.#whole(true);
        if (!FIELD_LINE.test(line)) throw notHttp(`its trailer has the line ${quoted(line)}`);
        continue;
      }
      const size = CHUNK_LINE.exec(line)?.[1];
      if (size === undefined) throw notHttp(`a chunk begins with the line ${quoted(line)}`);
      const bytes = Number.parseInt(size, 16);
      if (bytes === 0) this.#inTrailers = true;
      else this.#missing = bytes + 2;
    }
  }

  /** The rest of the chunk at hand; its last two bytes are a line end. */
  #takeChunk(): boolean {
    if (this.#missing > 2) {
      const data = this.#rest.subarray(0, Math.min(this.#missing - 2, this.#rest.length));
      this.#keep(data);
      if (this.#missing > 2) return false;
    }
    if (this.#rest.length < 2) return false;
    if (this.#rest[0] !== 13 || this.#rest[1] !== 10) throw notHttp('a chunk is longer than it says');
    this.#rest = this.#rest.subarray(2);
    this.#missing = 0;
    return true;
  }

  #take(): boolean {
    this.#keep(this.#rest.subarray(0, this.#missing));
    return this.#missing === 0;
  }

  #keep(data: Buffer): void {
    this.#bodyBytes += data.length;
    if (this.#bodyBytes > MOST_BODY_BYTES) {
      throw new HttpError('answer-too-large', `an answer's body is larger than ${MOST_BODY_BYTES} bytes`);
    }
    if (data.length > 0) this.#body.push(data);
    this.#missing -= data.length;
    this.#rest = this.#rest.subarray(data.length);
  }

  #line(): string | undefined {
    const end = this.#rest.indexOf('\r\n');
    if (end < 0 ? this.#rest.length > MOST_CHUNK_LINE_BYTES : end > MOST_CHUNK_LINE_BYTES) {
      throw notHttp('a line between its chunks does not end');
    }
    if (end < 0) return undefined;
    const line = this.#rest.toString('latin1', 0, end);
    this.#rest = this.#rest.subarray(end + 2);
    return line;
  }

  #whole(reusable: boolean): ParsedResponse {
    const { status, headers, minor } = this.#head!;
    const connection = headers.connection?.toLowerCase() ?? '';
    const kept = minor === 1 ? !connection.includes('close') : connection.includes('keep-alive');
    return {
      ...{ status, headers, body: bodyText(Buffer.concat(this.#body), headers['content-encoding']) },
      // More bytes than the answer: whatever they are, the next answer would begin with them.
      reusable: reusable && kept && status !== 101 && this.#rest.length === 0,
    };
  }
}

function parseHead(text: string): Head {
  const [first, ...lines] = text.split('\r\n');
  const status = STATUS_LINE.exec(first!);
  if (status === null) throw notHttp(`it begins with ${quoted(first!)}`);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const field = FIELD_LINE.exec(line);
    if (field === null) throw notHttp(`its head has the line ${quoted(line)}`);
    const name = field[1]!.toLowerCase();
    const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
    headers[name] = before === undefined ? field[2]! : `${before}, ${field[2]!}`;
  }
  return { status: Number(status[2]), minor: Number(status[1]), headers };
}

/** The same length several times is one length. */
function contentLength(text: string): number {
  const [length, ...others] = new Set(text.split(',').map((part) => part.trim()));
  if (others.length > 0 || !/^\d{1,15}$/.test(length!))
    throw notHttp(`its Content-Length is ${quoted(text)}`);
  return Number(length);
}

function notHttp(why: string): HttpError {
  return new HttpError('not-http', `what came is no answer of HTTP/1.1: ${why}`);
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
