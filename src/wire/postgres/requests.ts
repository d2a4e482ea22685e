import { type FrontendMessage, readFrontend } from './frontend.js';
import { LONGEST_MESSAGE, type Message, NotTheProtocol } from './frames.js';
import type { SessionState } from './session-state.js';

/** All that a client sends before it waits. */
export interface Request {
  readonly messages: readonly FrontendMessage[];
  /** As they came. */
  readonly bytes: readonly Buffer[];
  /**
   * `leftover`: rows for a COPY that is over, which the server throws away without an answer. `unknown`: what we do not read;
   * the server's answer to it cannot be foreseen.
   */
  readonly ends: 'query' | 'sync' | 'flush' | 'call' | 'copy' | 'terminate' | 'leftover' | 'unknown';
}

/**
 * Groups a client's messages into requests: one ends with what makes the server answer at once, a Query, a Sync, a Flush, a
 * function call, or the end of the rows of a COPY. Holds back what is not complete: the server, too, would do nothing with it that
 * anybody sees.
 */
export class RequestReader {
  #messages: FrontendMessage[] = [];
  #bytes: Buffer[] = [];
  #length = 0;

  constructor(private readonly state: Pick<SessionState, 'copyIn'>) {}

  /** The request that this message completes. Throws `NotTheProtocol` if one grows beyond all bounds. */
  add(raw: Message): Request | undefined {
    const message = readFrontend(raw);
    this.#messages.push(message);
    this.#bytes.push(raw.bytes);
    this.#length += raw.bytes.length;
    if (this.#length > LONGEST_MESSAGE) {
      throw new NotTheProtocol(`a request of more than ${LONGEST_MESSAGE} bytes is not held`);
    }
    const ends = this.#endOf(message);
    if (ends === undefined) return undefined;
    const request = { messages: this.#messages, bytes: this.#bytes, ends };
    this.#messages = [];
    this.#bytes = [];
    this.#length = 0;
    return request;
  }

  #endOf({ kind }: FrontendMessage): Request['ends'] | undefined {
    const copying = this.state.copyIn;
    switch (kind) {
      case 'terminate':
        return 'terminate';
      case 'query':
      case 'call':
        return kind;
      case 'sync':
      case 'flush':
        return copying === 'extended' && !this.#hasCopyEnd() ? undefined : kind;
      case 'copy-done':
      case 'copy-fail':
        if (copying === 'no') return this.#messages.every(isCopy) ? 'leftover' : undefined;
        return copying === 'simple' ? 'copy' : undefined;
      case 'unreadable':
      case 'password':
        return 'unknown';
      default:
        return undefined;
    }
  }

  /** During a COPY the server ignores Sync and Flush. */
  #hasCopyEnd(): boolean {
    return this.#messages.some(({ kind }) => kind === 'copy-done' || kind === 'copy-fail');
  }
}

function isCopy({ kind }: FrontendMessage): boolean {
  return kind.startsWith('copy-');
}
