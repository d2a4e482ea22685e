import type { Message } from './frames.js';
import type { FrontendMessage } from './frontend.js';
import type { Request } from './requests.js';
import type { SessionState } from './session-state.js';

/** What is still to come before a request is answered. */
export type Reply = Extract<
  FrontendMessage,
  { readonly kind: 'parse' | 'bind' | 'describe' | 'execute' | 'close' | 'query' | 'sync' | 'call' }
>;

/** Completes an Execute: all rows, none, or as many as were asked for. */
const ENDS_EXECUTE: ReadonlySet<string> = new Set(['C', 'I', 's']);
const ENDS_WITH_READY: ReadonlySet<string> = new Set(['query', 'sync', 'call']);

/**
 * Knows when the server has answered all of a request. Without a Sync no ReadyForQuery tells it, so each message is matched
 * with its reply. After an error the server ignores all up to the next Sync, and says nothing about it.
 */
export class ExpectedReplies {
  #due: Reply[];

  constructor(
    { messages, ends }: Request,
    private readonly state: SessionState,
  ) {
    const due = messages.flatMap((message) => asReply(message) ?? []);
    if (ends === 'copy') due.unshift({ kind: 'query', sql: '' });
    else if (state.copyIn === 'extended' && (ends === 'sync' || ends === 'flush')) due.unshift(COPYING);
    this.#due = state.ignoresUntilSync ? fromSync(due) : due;
  }

  get isComplete(): boolean {
    return this.#due.length === 0;
  }

  /** What the server's next word is about. */
  get next(): Reply | undefined {
    return this.#due[0];
  }

  /** What this message of the server answers, if it is the last word on it. */
  settle({ type }: Message): Reply | undefined {
    const [first] = this.#due;
    switch (type) {
      case '1':
        return this.#take('parse');
      case '2':
        return this.#take('bind');
      case '3':
        return this.#take('close');
      case 'T':
      case 'n':
        return this.#take('describe');
      case 'G':
      case 'W':
        return this.#beginCopy(first);
      case 'E':
        this.#failed(first);
        return undefined;
      case 'Z':
        return first !== undefined && ENDS_WITH_READY.has(first.kind) ? this.#due.shift() : undefined;
      default:
        if (type === 'C') this.state.copyIn = 'no';
        return ENDS_EXECUTE.has(type) ? this.#take('execute') : undefined;
    }
  }

  #take(kind: Reply['kind']): Reply | undefined {
    return this.#due[0]?.kind === kind ? this.#due.shift() : undefined;
  }

  /** The client's turn. A Sync that was sent along counts for nothing: one has to follow the rows. */
  #beginCopy(by: Reply | undefined): Reply | undefined {
    this.state.copyIn = by?.kind === 'query' ? 'simple' : 'extended';
    this.#due = [];
    return by;
  }

  #failed(by: Reply | undefined): void {
    this.state.copyIn = 'no';
    if (by === undefined || ENDS_WITH_READY.has(by.kind)) return;
    this.#due = fromSync(this.#due);
    this.state.ignoresUntilSync = true;
  }
}

/** The rows of a COPY in the extended protocol are the rest of its Execute. */
const COPYING: Reply = { kind: 'execute', portal: '', limit: 0 };

function asReply(message: FrontendMessage): Reply | undefined {
  switch (message.kind) {
    case 'parse':
    case 'bind':
    case 'describe':
    case 'execute':
    case 'close':
    case 'query':
    case 'sync':
    case 'call':
      return message;
    default:
      return undefined;
  }
}

function fromSync(due: readonly Reply[]): Reply[] {
  const at = due.findIndex(({ kind }) => kind === 'sync');
  return at < 0 ? [] : due.slice(at);
}
