import fs from 'node:fs';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import type { Reaper } from '../../process/reaper.js';
import type { makeCertificate } from '../certificate.fixture.js';
import { startOwnServer, type OwnServer } from '../own-server.js';
import { findMongoProgram } from './programs.js';

export interface GivenServer {
  readonly server: OwnServer;
  /** Without options. */
  readonly url: string;
}

type Certificate = ReturnType<typeof makeCertificate>;

export const ADMIN = { user: 'an@admin', password: 'p:w/%d' } as const;

/** A server that somebody else runs, as a URL names one: standing alone, with a log-in, or encrypted. */
export async function startGiven(
  reaper: Reaper,
  options: { readonly auth?: boolean; readonly tls?: Certificate } = {},
): Promise<GivenServer> {
  const program = findMongoProgram();
  if (program === undefined) throw new Error('whyMissing was not asked');
  const { kind, file } = program;
  const { tls } = options;
  const start = (data: string, more: readonly string[]) =>
    startOwnServer({
      ...{ store: 'mongodb', product: 'MongoDB', urlFlag: '--mongodb-url', program: file, reaper },
      prepare: (folder, port) => {
        const place = data === '' ? path.join(folder, 'data') : data;
        fs.mkdirSync(place, { recursive: true });
        return kind === 'mongod'
          ? ['--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', place, ...more]
          : ['--standalone', '--port', String(port), '--storage-path', place, ...more];
      },
    });
  const encryption = (at: Certificate) =>
    kind === 'mongod'
      ? ['--tlsMode', 'requireTLS', '--tlsCertificateKeyFile', at.both]
      : ['--tls-cert-file', at.cert, '--tls-key-file', at.key];
  if (!options.auth) {
    const server = await start('', tls ? encryption(tls) : []);
    return { server, url: `mongodb://127.0.0.1:${server.port}/` };
  }
  // SecantusDB wants its first user to be made before it asks for one.
  const data = fs.mkdtempSync(path.join(fs.realpathSync('/tmp'), 'race-check-auth-'));
  reaper.guardFolder(data);
  const open = await start(data, []);
  const client = new MongoClient(`mongodb://127.0.0.1:${open.port}/?directConnection=true`);
  await client.db('admin').command({ createUser: ADMIN.user, pwd: ADMIN.password, roles: ['root'] });
  await client.db('admin').command({ createUser: 'reader', pwd: 'reads', roles: ['readAnyDatabase'] });
  // It is killed next, and must not forget them.
  await client.db('admin').command({ fsync: 1 });
  await client.close();
  await open.stop();
  const server = await start(data, ['--auth']);
  const stop = async (keepLogAt?: string) => {
    await server.stop(keepLogAt);
    fs.rmSync(data, { recursive: true, force: true });
    reaper.release(data);
  };
  return { server: { ...server, stop }, url: `mongodb://127.0.0.1:${server.port}/` };
}
