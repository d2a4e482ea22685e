import { readErrorFields } from './backend.js';
import type { Message } from './frames.js';

/** The statement of our own that is on its way in a client's session, if there is one: nobody but us hears of its answer. */
export class OwnStatements {
  #current:
    | {
        readonly messages: Message[];
        readonly resolve: (rows: readonly Message[]) => void;
        readonly reject: (error: Error) => void;
      }
    | undefined;

  constructor(private readonly send: (bytes: Buffer) => void) {}

  get isOnItsWay(): boolean {
    return this.#current !== undefined;
  }

  /** Sends one whose answer tells nothing; it leaves what the client prepared or opened as it is. */
  tell(sql: string): void {
    this.#current = { messages: [], resolve: () => undefined, reject: () => undefined };
    this.send(statementMessages(sql));
  }

  /** Sends one: the rows that it is answered with. Nothing of the client's may be open. */
  ask(sql: string): Promise<readonly Message[]> {
    const answered = new Promise<readonly Message[]>(
      (resolve, reject) => (this.#current = { messages: [], resolve, reject }),
    );
    this.send(queryMessage(sql));
    return answered;
  }

  /** What the server says while one is on its way. True for the last message of its answer. */
  answered(message: Message): boolean {
    const own = this.#current;
    own?.messages.push(message);
    if (message.type !== 'Z') return false;
    this.#current = undefined;
    const error = own?.messages.find(({ type }) => type === 'E');
    if (error === undefined) own?.resolve(own.messages.filter(({ type }) => type === 'D'));
    else own?.reject(new Error(readErrorFields(error).get('M') ?? 'the server refused'));
    return true;
  }

  /** The connection is no more. */
  lost(): void {
    this.#current?.reject(new Error('the connection was lost'));
  }
}

/** Of ours, so that it is no name that a client would take. */
const NAME = 'race_check_setting';

/**
 * A statement of our own in the extended protocol and under a name of its own: what the client prepared or opened without a name
 * stays as it is, which a Query would close. Ends with a Sync.
 */
function statementMessages(sql: string): Buffer {
  return Buffer.concat([
    message('P', `${NAME}\0${sql}\0`, Buffer.alloc(2)),
    message('B', `${NAME}\0${NAME}\0`, Buffer.alloc(6)),
    message('E', `${NAME}\0`, Buffer.alloc(4)),
    message('C', `P${NAME}\0`),
    message('C', `S${NAME}\0`),
    message('S', ''),
  ]);
}

/** The simple protocol: nothing of the client's may be open. */
function queryMessage(sql: string): Buffer {
  return message('Q', `${sql}\0`);
}

function message(type: string, words: string, rest: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(words, 'utf8'), rest]);
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
