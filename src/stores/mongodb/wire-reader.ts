import type { Json } from '../../core/json.js';
import type { WireReader } from '../wire-reader.js';
import { readCommand, type Command } from './command.js';

/** What the store's own code is told of a connection. */
export type ConnectionTrace = {
  /** Logical sessions that were used on it, in hexadecimal digits. */
  readonly sessions: readonly string[];
  /** Transactions that were begun on it and neither ended by the client nor aborted with an error. */
  readonly open: readonly { readonly session: string; readonly statement: string }[];
};

export function traceOf(trace: Json | undefined): ConnectionTrace | undefined {
  return trace as ConnectionTrace | undefined;
}

/** Header: length, request's number, number of the request that is answered, kind. */
const HEADER_BYTES = 16;
/** Of OP_MSG and OP_COMPRESSED. OP_QUERY, the third kind that is still spoken, carries the first handshake alone. */
const OP_MSG = 2013;
const OP_COMPRESSED = 2012;

/** Said by drivers of their own accord. None of them may be compressed, so what is compressed is a request. */
const DRIVERS_OWN = new Set([
  'hello',
  'isMaster',
  'ismaster',
  'saslStart',
  'saslContinue',
  'authenticate',
  'endSessions',
]);

/** A client that uses new sessions without end must not grow the trace without end. */
const SESSIONS_KEPT = 50;

/**
 * Reads MongoDB's messages. A driver's handshake, log-in, heartbeat and farewell are no requests.
 * Source: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 */
export function createWireReader(): WireReader {
  const outgoing = messages();
  const incoming = messages();
  const sessions = new Set<string>();
  const open = new Map<string, string>();
  let answersRequest = false;
  /** The session whose transaction the running request belongs to. */
  let inTransaction: string | undefined;

  function remember({ session, inTransaction: within, name, collection }: Command): void {
    inTransaction = undefined;
    if (session === undefined) return;
    sessions.delete(session);
    sessions.add(session);
    const [oldest] = sessions;
    if (sessions.size > SESSIONS_KEPT && oldest !== undefined && !open.has(oldest)) sessions.delete(oldest);
    if (!within) return;
    if (name === 'commitTransaction' || name === 'abortTransaction') {
      open.delete(session);
    } else {
      open.set(session, collection === undefined ? name : `${name} ${collection}`);
      inTransaction = session;
    }
  }

  return {
    requestsIn: (bytes) => {
      let requests = 0;
      for (const message of outgoing(bytes)) {
        const command = commandOf(message);
        const kind = message.readInt32LE(12);
        answersRequest = kind === OP_COMPRESSED || (kind === OP_MSG && !DRIVERS_OWN.has(command?.name ?? ''));
        if (!answersRequest) continue;
        requests += 1;
        if (command !== undefined) remember(command);
      }
      return requests;
    },
    isAnswer: (bytes) => {
      if (!answersRequest) return false;
      if (inTransaction === undefined) {
        // Nothing in it is wanted. The next message begins with the next chunk: one request is answered at a time.
        return true;
      }
      for (const message of incoming(bytes)) {
        // A statement that failed has aborted its transaction, whether or not the client says so as well.
        if (commandOf(message)?.failed) open.delete(inTransaction);
      }
      return true;
    },
    trace: () => ({
      sessions: [...sessions],
      open: [...open].map(([session, statement]) => ({ session, statement })),
    }),
  };
}

function commandOf(message: Buffer): Command | undefined {
  const document = HEADER_BYTES + 4;
  // Flags, then sections: kind 0 is the command itself.
  if (message.readInt32LE(12) !== OP_MSG || message[document] !== 0) return undefined;
  return readCommand(message, document + 1);
}

/** Cuts a stream into whole messages. */
function messages(): (bytes: Buffer) => readonly Buffer[] {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const whole: Buffer[] = [];
    while (rest.length >= HEADER_BYTES) {
      const length = rest.readInt32LE(0);
      // What is no MongoDB message is for the server to refuse.
      if (length < HEADER_BYTES) return whole;
      if (rest.length < length) break;
      whole.push(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    return whole;
  };
}
