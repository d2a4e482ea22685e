import { readColumns, readParameterTypes, readStatus } from './backend.js';
import { type Answer, AnswerReader } from './answers.js';
import { ExpectedReplies, type Reply } from './expected-replies.js';
import type { Message } from './frames.js';
import { portalOf } from './labels.js';
import type { Request } from './requests.js';
import type { SessionState } from './session-state.js';

/** One request that is on its way, and what the server has said to it. Keeps the session's state as answers come. */
export class Exchange {
  readonly #expected: ExpectedReplies;
  readonly #answer = new AnswerReader();

  constructor(
    readonly request: Request,
    private readonly state: SessionState,
  ) {
    this.#expected = new ExpectedReplies(request, state);
  }

  get isComplete(): boolean {
    return this.#expected.isComplete;
  }

  add(message: Message): void {
    this.#answer.add(message);
    if (message.type === 't') this.#parameterTypes(message);
    const reply = this.#expected.settle(message);
    if (reply !== undefined) this.#apply(reply, message);
    if (message.type === 'Z') this.state.ready(readStatus(message));
  }

  read(): Answer {
    return this.#answer.read();
  }

  #apply(reply: Reply, message: Message): void {
    const { statements, portals } = this.state;
    switch (reply.kind) {
      case 'parse':
        statements.set(reply.name, { sql: reply.sql, types: reply.types });
        break;
      case 'bind': {
        const portal = portalOf(reply, statements);
        if (portal === undefined) break;
        portals.set(reply.portal, portal);
        this.#answer.begin(portal);
        break;
      }
      case 'describe': {
        const statement = statements.get(reply.name);
        if (reply.of === 'statement' && statement !== undefined) {
          const columns = message.type === 'T' ? readColumns(message) : [];
          statements.set(reply.name, { ...statement, columns });
        }
        break;
      }
      case 'close':
        (reply.of === 'statement' ? statements : portals).delete(reply.name);
        break;
      case 'query':
        statements.delete('');
        portals.delete('');
        break;
      default:
        break;
    }
  }

  /** What the server made of types that the client left open. */
  #parameterTypes(message: Message): void {
    const reply = this.#expected.next;
    if (reply?.kind !== 'describe' || reply.of !== 'statement') return;
    const statement = this.state.statements.get(reply.name);
    if (statement === undefined) return;
    this.state.statements.set(reply.name, { ...statement, types: readParameterTypes(message) });
  }
}
