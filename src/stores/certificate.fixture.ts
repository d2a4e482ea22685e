import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

export const canMakeCertificates = spawnSync('openssl', ['version']).status === 0;

/** A certificate for this machine that nobody vouches for, and its key; `both` in one file. */
export function makeCertificate(folder: string) {
  const files = {
    cert: path.join(folder, 'cert.pem'),
    key: path.join(folder, 'key.pem'),
    both: path.join(folder, 'both.pem'),
  };
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
      ...['-keyout', files.key, '-out', files.cert],
    ],
    { stdio: 'ignore' },
  );
  fs.writeFileSync(files.both, fs.readFileSync(files.key, 'utf8') + fs.readFileSync(files.cert, 'utf8'));
  return files;
}
