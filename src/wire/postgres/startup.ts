import { Fields } from './fields.js';
import type { Message } from './frames.js';

/** What a connection may begin with. */
export type StartupPacket =
  /** For TLS or GSSAPI: answered `N`, and the client goes on without, or leaves. */
  | { readonly kind: 'encryption' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'startup'; readonly parameters: ReadonlyMap<string, string> }
  | { readonly kind: 'other' };

/** The start-up packet as the server gets it. */
export interface StartupAsSent {
  readonly bytes: Buffer;
  /** The server was asked for messages of the level LOG, for us: the client did not want any. */
  readonly hidesLog: boolean;
}

const CANCEL = 80_877_102;
const SSL = 80_877_103;
const GSSENC = 80_877_104;
const MAJOR_VERSION = 3;

export function readStartup({ body }: Message): StartupPacket {
  const fields = new Fields(body);
  const code = fields.int32() ?? 0;
  if (code === CANCEL) return { kind: 'cancel' };
  if (code === SSL || code === GSSENC) return { kind: 'encryption' };
  if (code >>> 16 !== MAJOR_VERSION) return { kind: 'other' };
  const parameters = new Map<string, string>();
  for (let name = fields.text(); name !== undefined && name !== ''; name = fields.text()) {
    const value = fields.text();
    if (value === undefined) break;
    parameters.set(name, value);
  }
  return { kind: 'startup', parameters };
}

/** The same start-up packet with more parameters; the last one of a name counts. */
export function withParameters({ bytes }: Message, parameters: Readonly<Record<string, string>>): Buffer {
  const list = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`);
  // It ends with the zero byte that ends the list.
  const longer = Buffer.concat([
    bytes.subarray(0, bytes.length - 1),
    Buffer.from(`${list.join('')}\0`, 'utf8'),
  ]);
  longer.writeInt32BE(longer.length, 0);
  return longer;
}

/** What a server's end says of a request for encryption that it refuses. */
export const NO_ENCRYPTION = Buffer.from('N');

export const SSL_REQUEST = (() => {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32BE(8, 0);
  bytes.writeInt32BE(SSL, 4);
  return bytes;
})();
