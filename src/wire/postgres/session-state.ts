import { type Column, readParameter, type TransactionStatus } from './backend.js';
import type { BoundValue } from './frontend.js';
import type { Message } from './frames.js';

/** What a client prepared under a name; the name of the unnamed one is empty. */
export interface Statement {
  readonly sql: string;
  /** As the client said or the server described them; 0 where nobody did. */
  readonly types: readonly number[];
  /** Of its result, once the server described them. */
  readonly columns?: readonly Column[];
}

/** A statement with its values, ready to run. */
export interface Portal {
  readonly statement: Statement;
  readonly values: readonly BoundValue[];
  readonly resultFormats: readonly number[];
}

/** What is known of one session from reading along. */
export class SessionState {
  readonly statements = new Map<string, Statement>();
  readonly portals = new Map<string, Portal>();
  readonly parameters = new Map<string, string>();
  status: TransactionStatus = 'idle';
  /** 0 until the server told it. */
  processId = 0;
  /** After an error in the extended protocol the server ignores everything up to the next Sync. */
  ignoresUntilSync = false;
  /** The server waits for rows of a COPY. `simple`: begun by a Query, which needs no Sync at its end. */
  copyIn: 'no' | 'simple' | 'extended' = 'no';

  /** A ReadyForQuery came. Portals live no longer than their transaction. */
  ready(status: TransactionStatus): void {
    this.status = status;
    this.ignoresUntilSync = false;
    if (status === 'idle') this.portals.clear();
  }

  parameter(message: Message): void {
    const [name, value] = readParameter(message);
    this.parameters.set(name, value);
  }
}
