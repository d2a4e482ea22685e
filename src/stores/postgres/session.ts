import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Client, type ClientConfig } from 'pg';
import type { StoreAddress } from '../../core/context.js';
import { CONNECT_TIMEOUT_MS, notInTime } from '../no-connection.js';
import { sqlState } from './errors.js';

/** One connection to the server. Results are pg's own: int8 and numeric are strings. */
export type Session = Client;

/** The name by which a session is recognised where something between client and server hides the client's port. */
export function sessionName(namespace: string, localPort: number): string {
  return `${namePrefix(namespace)}${localPort}`;
}

/** What the names of all sessions of a namespace begin with. */
export function namePrefix(namespace: string): string {
  return `race-check ${createHash('sha256').update(namespace).digest('hex').slice(0, 16)}:`;
}

/**
 * Opens a session whose search path is the address's namespace and nothing else, and that the server knows by `sessionName`.
 * `socket` is asked for a fresh one a second time if the server, or a pooler before it, refuses start-up options. Without a
 * namespace the search path is left alone.
 */
export async function openSession(address: StoreAddress, socket: () => Duplex): Promise<Session> {
  const { namespace } = address;
  const searchPath = namespace === '' ? undefined : quoteIdentifier(namespace);
  try {
    return await open(address, socket(), searchPath, undefined);
  } catch (error) {
    if (searchPath === undefined || !refusesOptions(error)) throw error;
    return open(address, socket(), undefined, searchPath);
  }
}

/** As a start-up option it is the session's default, to which `RESET` and `DISCARD ALL` return. */
async function open(
  address: StoreAddress,
  stream: Duplex,
  startupPath: string | undefined,
  laterPath: string | undefined,
): Promise<Session> {
  const session = new Client({
    ...clientConfig(address),
    ...(startupPath !== undefined && { options: `-c search_path=${startupOption(startupPath)}` }),
    stream: () => stream,
  });
  // A session that ends between two statements must not end the process: the next statement says so.
  session.on('error', () => undefined);
  let isNamed = false;
  stream.once('connect', () => {
    const name = nameOf(stream, address);
    if (name === undefined) return;
    nameBeforehand(session, name);
    isNamed = true;
  });
  try {
    await session.connect();
    // Its port may become known only later.
    const name = isNamed ? undefined : nameOf(stream, address);
    if (name !== undefined) await session.query("select set_config('application_name', $1, false)", [name]);
    if (laterPath !== undefined) await session.query(`set search_path to ${laterPath}`);
    return session;
  } catch (error) {
    stream.destroy();
    throw isLate(error) ? notInTime('PostgreSQL', address, error) : error;
  }
}

function nameOf(stream: Duplex, { namespace }: StoreAddress): string | undefined {
  const { localPort } = stream as { readonly localPort?: number };
  return localPort === undefined ? undefined : sessionName(namespace, localPort);
}

/** So that no statement is spent on it: pg begins to speak when the connection stands, and looks then. Not in its types. */
function nameBeforehand(session: Client, name: string): void {
  const { connectionParameters } = session as unknown as {
    readonly connectionParameters: { application_name: string };
  };
  connectionParameters.application_name = name;
}

/** pg says no more than "timeout expired". */
function isLate(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout expired';
}

function clientConfig(address: StoreAddress): ClientConfig {
  const { host, port, user, database, password, tls } = address;
  return {
    host,
    port,
    user,
    database,
    // A function, so that no password is looked for in the environment or in a file.
    password: () => password ?? '',
    ssl: tls === 'verify' ? true : tls === 'no-verify' ? { rejectUnauthorized: false } : false,
    application_name: 'race-check',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  };
}

function refusesOptions(error: unknown): boolean {
  return (
    error instanceof Error && sqlState(error) === '08P01' && /startup parameter|options/i.test(error.message)
  );
}

/** The server splits start-up options at white space; a backslash keeps a character as it is. */
function startupOption(value: string): string {
  return value.replace(/[\\\s]/g, (character) => `\\${character}`);
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
