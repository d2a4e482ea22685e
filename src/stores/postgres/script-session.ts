import net from 'node:net';
import type { Client, Connection, Notification } from 'pg';
import type { StoreAddress } from '../../core/context.js';
import { openSession } from './session.js';

/** One thing that a session was told about a text of statements, in the order in which it was. */
export type Told =
  | {
      readonly kind: 'result';
      readonly result: { readonly columns: readonly string[]; readonly rows: (string | null)[][] };
    }
  /** Done, without rows. */
  | { readonly kind: 'done' }
  | { readonly kind: 'error'; readonly severity: string; readonly message: string }
  /** The session is gone. */
  | { readonly kind: 'lost' };

/** What another session told by NOTIFY. */
export interface Notified {
  readonly pid: number;
  readonly channel: string;
  readonly payload: string;
}

/** A session that runs texts of any statements as they are, and keeps every result of them as text. */
export interface ScriptSession {
  readonly pid: number;
  /** One text at a time. Resolves with all that was answered; never rejects. */
  run(sql: string): Promise<readonly Told[]>;
  /** What came since it was last asked for. */
  notifications(): readonly Notified[];
  /** One listener, told of each notice in libpq's words. */
  onNotice(listener: (text: string) => void): void;
  end(): Promise<void>;
}

/** Rejects with pg's error. */
export async function openScriptSession(address: StoreAddress): Promise<ScriptSession> {
  const session = await openSession(address, () => new net.Socket());
  let onNotice: (text: string) => void = () => undefined;
  let notified: Notified[] = [];
  session.on('notice', (notice) => onNotice(inLibpqsWords(notice)));
  session.on('notification', ({ processId, channel, payload = '' }: Notification) => {
    notified.push({ pid: processId, channel, payload });
  });
  return {
    pid: (session as Client & { readonly processID: number }).processID,
    run: (sql) => new Promise((resolve) => session.query(new Script(sql, resolve))),
    notifications: () => {
      const came = notified;
      notified = [];
      return came;
    },
    onNotice: (listener) => {
      onNotice = listener;
    },
    end: () => session.end().catch(() => undefined),
  };
}

interface NoticeFields {
  readonly severity?: string | undefined;
  readonly message?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
}

function inLibpqsWords({ severity = 'NOTICE', message = '', detail, hint }: NoticeFields): string {
  const lines = [`${severity}:  ${message}`];
  if (detail !== undefined) lines.push(`DETAIL:  ${detail}`);
  if (hint !== undefined) lines.push(`HINT:  ${hint}`);
  return `${lines.join('\n')}\n`;
}

/** What pg takes instead of a query: it is handed each message as it comes. */
class Script {
  readonly #told: Told[] = [];
  #rows: (string | null)[][] | undefined;

  constructor(
    private readonly sql: string,
    private readonly resolve: (told: readonly Told[]) => void,
  ) {}

  submit(connection: Connection): void {
    connection.query(this.sql);
  }

  handleRowDescription({ fields }: { readonly fields: readonly { readonly name: string }[] }): void {
    this.#rows = [];
    const columns = fields.map(({ name }) => name);
    this.#told.push({ kind: 'result', result: { columns, rows: this.#rows } });
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | Buffer | null)[] }): void {
    this.#rows?.push(fields.map((field) => (field === null ? null : field.toString())));
  }

  handleCommandComplete(): void {
    if (this.#rows === undefined) this.#told.push({ kind: 'done' });
    this.#rows = undefined;
  }

  handleEmptyQuery(): void {
    this.#told.push({ kind: 'done' });
  }

  handleCopyInResponse(connection: Connection & { sendCopyFail(reason: string): void }): void {
    connection.sendCopyFail('a script has no rows to copy');
  }

  handleCopyData(): void {
    // Rows of a COPY are no result.
  }

  handleError(error: Error & { readonly severity?: string }): void {
    const { severity, message } = error;
    // As libpq does: rows that ended in an error are no result.
    if (this.#rows !== undefined) this.#told.pop();
    this.#rows = undefined;
    this.#told.push(severity === undefined ? { kind: 'lost' } : { kind: 'error', severity, message });
    // pg hands on nothing more after an error; whatever is asked next waits until the server is ready.
    this.resolve(this.#told);
  }

  handleReadyForQuery(): void {
    this.resolve(this.#told);
  }
}
