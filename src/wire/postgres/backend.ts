import { Fields } from './fields.js';
import type { Message } from './frames.js';

/** One column of a result. */
export interface Column {
  readonly name: string;
  readonly type: number;
  readonly format: number;
}

/** Of a RowDescription; the numbers of table and column are another run's business. */
export function readColumns({ body }: Message): readonly Column[] {
  const fields = new Fields(body);
  const columns = fields.list(() => {
    const name = fields.text();
    fields.oid();
    fields.int16();
    const type = fields.oid();
    fields.int16();
    fields.int32();
    const format = fields.int16();
    return name === undefined || type === undefined || format === undefined
      ? undefined
      : { name, type, format };
  });
  return columns ?? [];
}

/** Of a DataRow. */
export function readRow({ body }: Message): readonly (Buffer | null)[] {
  const fields = new Fields(body);
  return fields.list(() => fields.value()) ?? [];
}

/** Of a ParameterDescription. */
export function readParameterTypes({ body }: Message): readonly number[] {
  const fields = new Fields(body);
  return fields.list(() => fields.oid()) ?? [];
}

/** The fields of an ErrorResponse or NoticeResponse by their letters, e.g. `C` the code, `M` the message. */
export function readErrorFields({ body }: Message): ReadonlyMap<string, string> {
  const fields = new Fields(body);
  const found = new Map<string, string>();
  for (let letter = fields.byte(); letter !== undefined && letter !== '\0'; letter = fields.byte()) {
    const value = fields.text();
    if (value === undefined) break;
    found.set(letter, value);
  }
  return found;
}

/** Why the server ends the session, by the fields of its error, for people. Undefined where it goes on. */
export function lastWords(fields: ReadonlyMap<string, string>): string | undefined {
  if (!/^(FATAL|PANIC)$/.test(fields.get('V') ?? fields.get('S') ?? '')) return undefined;
  return `the server ended the session: ${fields.get('M') ?? fields.get('C') ?? ''}`;
}

/** Of a CommandComplete, e.g. `UPDATE 1`. */
export function readTag({ body }: Message): string {
  return new Fields(body).text() ?? '';
}

/** Of a ReadyForQuery. */
export type TransactionStatus = 'idle' | 'in transaction' | 'failed transaction';

export function readStatus({ body }: Message): TransactionStatus {
  const letter = new Fields(body).byte();
  return letter === 'T' ? 'in transaction' : letter === 'E' ? 'failed transaction' : 'idle';
}

/** Of a BackendKeyData. */
export function readProcessId({ body }: Message): number {
  return new Fields(body).int32() ?? 0;
}

/** Of a ParameterStatus. */
export function readParameter({ body }: Message): readonly [name: string, value: string] {
  const fields = new Fields(body);
  return [fields.text() ?? '', fields.text() ?? ''];
}

/** Of a NotificationResponse. */
export function readNotification({ body }: Message): { pid: number; channel: string; payload: string } {
  const fields = new Fields(body);
  return { pid: fields.int32() ?? 0, channel: fields.text() ?? '', payload: fields.text() ?? '' };
}
