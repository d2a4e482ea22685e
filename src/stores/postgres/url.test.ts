import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../store.js';
import { parsePostgresUrl } from './url.js';

function refused(text: string, allowRemote = false): StoreUnavailable {
  try {
    parsePostgresUrl(text, allowRemote);
  } catch (error) {
    if (error instanceof StoreUnavailable) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

describe('a PostgreSQL URL', () => {
  it('gives its parts, decoded, and is not encrypted by default', () => {
    expect(parsePostgresUrl('postgres://us%40er:p%3Aw%25@127.0.0.1:6000/my%20shop', false)).toEqual({
      host: '127.0.0.1',
      port: 6000,
      user: 'us@er',
      password: 'p:w%',
      database: 'my shop',
      tls: ['off'],
    });
  });

  it('has the usual port, and the database of the user', () => {
    expect(parsePostgresUrl('postgresql://ann@localhost', false)).toMatchObject({
      port: 5432,
      database: 'ann',
      password: '',
    });
  });

  it.each([
    ['require', ['verify']],
    ['no-verify', ['no-verify']],
    ['prefer', ['no-verify', 'off']],
  ])('with sslmode %s tries %j', (mode, tls) => {
    expect(parsePostgresUrl(`postgres://a@[::1]/b?sslmode=${mode}`, false)).toMatchObject({
      host: '::1',
      tls,
    });
  });

  it.each(['db.example.com', '10.0.0.1', '127.0.0.1.example.com', '0.0.0.0', 'localhost.example.com'])(
    'to %s needs --allow-remote',
    (host) => {
      const error = refused(`postgres://a:secret-word@${host}/b`);
      expect(error.message).toContain(host);
      expect(error.remedy).toContain('--allow-remote');
      expect(parsePostgresUrl(`postgres://a@${host}/b`, true).host).toBe(host);
    },
  );

  it('is told everything that is wrong with it at once', () => {
    const { message } = refused('mysql://a:50%@10.0.0.1/b?host=/tmp&sslmode=always&sslrootcert=ca.pem');
    for (const part of ['mysql:', 'password', 'no TCP host', 'always', 'sslrootcert']) {
      expect(message).toContain(part);
    }
  });

  it.each([
    'postgres://a:secret-word@h1:1,h2:2/b',
    'mysql://a:secret-word@localhost/b',
    'postgres://a:secret-word@/b',
    'postgres://a:secret-word@db.example.com/b',
    'secret-word',
    'postgres://a:12#secret-word@localhost/b',
    'postgres://a:12?secret-word@localhost/b',
  ])('never shows its password: %s', (text) => {
    const error = refused(text);
    expect(`${error.message} ${error.remedy} ${String(error.cause)} ${error.stack}`).not.toContain(
      'secret-word',
    );
  });
});
