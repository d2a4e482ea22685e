import type { Json } from '../../core/json.js';
import { AT_REST, type SocketWatch } from '../socket-watch.js';

/** ReadyForQuery, which ends every answer: its type, its length, and a byte for the state of the transaction. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5]);
/** "I": idle. The others are "T", in a transaction, and "E", in a failed one. */
const IDLE = 0x49;

/**
 * Watches how the last answer on an unencrypted connection ended. When nothing was sent since, the server itself has said
 * whether a transaction is open, and need not be asked again.
 */
export class TransactionWatch implements SocketWatch {
  #isIdle = false;

  sent(): void {
    this.#isIdle = false;
  }

  /** An answer that is in parts ends with its last part. */
  received(bytes: Buffer): void {
    const at = bytes.length - READY.length - 1;
    this.#isIdle = at >= 0 && bytes[at + READY.length] === IDLE && READY.equals(bytes.subarray(at, -1));
  }

  trace(): Json {
    return this.#isIdle ? AT_REST : null;
  }
}
