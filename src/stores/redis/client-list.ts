import type { Admin } from './admin.js';

/** One connection, as the server sees it. */
export interface SeenClient {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Commands that wait for EXEC; undefined outside MULTI. */
  readonly queued: number | undefined;
  readonly lastCommand: string;
}

/** Every connection that the server has. */
export async function listClients(admin: Admin): Promise<readonly SeenClient[]> {
  const text = await admin.ask((redis) => redis.client('LIST'));
  return String(text)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parseClient);
}

function parseClient(line: string): SeenClient {
  const fields = new Map(
    line.split(' ').map((field): [string, string] => {
      const equals = field.indexOf('=');
      return [field.slice(0, equals), field.slice(equals + 1).trim()];
    }),
  );
  const address = fields.get('addr') ?? '';
  const colon = address.lastIndexOf(':');
  const queued = Number(fields.get('multi') ?? -1);
  return {
    id: fields.get('id') ?? '',
    name: fields.get('name') ?? '',
    host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'),
    port: Number(address.slice(colon + 1)),
    queued: queued < 0 ? undefined : queued,
    lastCommand: fields.get('cmd') ?? '',
  };
}
