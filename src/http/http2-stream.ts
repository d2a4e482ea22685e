import http2 from 'node:http2';
import { NotHappened, type Traffic } from '../core/context.js';
import { bodyText, MOST_BODY_BYTES } from '../stores/http/body-text.js';
import { HttpError } from './http-error.js';

/** An answer as it came on a stream. */
export interface StreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One request on its way: what has come of its answer. */
export interface StreamExchange {
  readonly answer: Promise<StreamAnswer>;
  readonly begun: boolean;
}

const { NGHTTP2_REFUSED_STREAM, NGHTTP2_CANCEL } = http2.constants;

/** Of each session whose server said goodbye: the last stream that it may have begun with. */
const lastBegun = new WeakMap<http2.Http2Session, number>();

/** Remembers what the server says of a session when it ends it; to be called once it stands. */
export function heedGoodbye(session: http2.ClientHttp2Session): void {
  session.on('goaway', (_code: number, lastStreamId: number) => lastBegun.set(session, lastStreamId));
}

/** Listens for the one answer on a stream. Body up to 16 MiB. */
export function exchangeOn(stream: http2.ClientHttp2Stream, traffic: Traffic | undefined): StreamExchange {
  // Gone when the stream is.
  const { session } = stream;
  let head: http2.IncomingHttpHeaders | undefined;
  let failure: Error | undefined;
  let bytes = 0;
  const body: Buffer[] = [];
  const answer = new Promise<StreamAnswer>((resolve, reject) => {
    stream.on('response', (headers) => {
      head = headers;
      traffic?.received();
    });
    stream.on('data', (data: Buffer) => {
      traffic?.received();
      bytes += data.length;
      if (bytes > MOST_BODY_BYTES) {
        failure = new HttpError(
          'answer-too-large',
          `an answer's body is larger than ${MOST_BODY_BYTES} bytes`,
        );
        stream.close(NGHTTP2_CANCEL);
      } else body.push(data);
    });
    stream.once('error', (error: Error) => (failure ??= error));
    // Not before: a reset may still follow what looked like the end.
    stream.once('close', () => {
      if (head === undefined || failure !== undefined || stream.rstCode !== 0) {
        const last = session && lastBegun.get(session);
        return reject(failureOf(stream, failure, head !== undefined, last));
      }
      traffic?.received();
      resolve({ ...plain(head), body: bodyText(Buffer.concat(body), head['content-encoding']) });
    });
  });
  answer.catch(() => undefined);
  return {
    answer,
    get begun() {
      return head !== undefined;
    },
  };
}

function failureOf(
  stream: http2.ClientHttp2Stream,
  error: Error | undefined,
  begun: boolean,
  lastId = Number.POSITIVE_INFINITY,
): Error {
  if (error instanceof HttpError) return error;
  // RFC 9113, section 8.7: a server has not looked at the request of a stream that it refuses, nor at one behind the last that it
  // names when it ends the connection, whatever for. One that has begun to answer it has, whatever it says.
  const isRefused = stream.rstCode === NGHTTP2_REFUSED_STREAM || (stream.id ?? 0) > lastId;
  if (isRefused && !begun) return new NotHappened('the server refused the stream', 'refused-stream');
  const words = error?.message ?? `the server ended the stream with code ${stream.rstCode ?? 'unknown'}`;
  const isGarbled = error !== undefined && 'code' in error && error.code === 'ERR_HTTP2_ERROR';
  const code = isGarbled
    ? 'not-http'
    : begun
      ? 'answer-cut-off'
      : stream.rstCode
        ? 'no-answer'
        : 'connection-lost';
  return new HttpError(code, words, { cause: error });
}

function plain(head: http2.IncomingHttpHeaders): { status: number; headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(head)) {
    if (name.startsWith(':') || value === undefined) continue;
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { status: Number(head[':status']), headers };
}
