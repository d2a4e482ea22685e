import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Environment } from '../../core/api.js';
import type { Reaper } from '../../process/reaper.js';

/** What a command printed, kept in a file of its own; nothing that reads it here shows a secret. */
export interface CommandLog {
  /** For the command to write to; close it when it is handed over. */
  open(): number;
  /** Values that must not be shown from now on. */
  hide(env: Environment): void;
  /** Everything since the last `mark`. */
  text(): string;
  mark(): void;
  /** For people: without the frames of a stack, which would push out what it is about. */
  lastLines(): string;
  keep(at: string): void;
  remove(): void;
}

const SHOWN_LINES = 8;
const STACK_FRAME = /^\s+at \S/;
const SECRET_NAME = /pass|secret|token|key|credential|auth/i;
/** A value that short is in every log by chance. */
const SECRET_LENGTH = 4;

export function openCommandLog(reaper: Reaper): CommandLog {
  const folder = path.join(fs.realpathSync(os.tmpdir()), `race-check-${randomBytes(8).toString('hex')}`);
  const file = path.join(folder, 'command.log');
  const secrets = new Set<string>();
  let from = 0;
  reaper.guardFolder(folder);
  fs.mkdirSync(folder, { mode: 0o700 });

  const redacted = (text: string) =>
    [...secrets].reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
  const text = () => redacted(readFrom(file, from));

  return {
    open: () => fs.openSync(file, 'a', 0o600),
    hide: (env) => {
      for (const secret of secretsOf(env)) secrets.add(secret);
    },
    text,
    mark: () => {
      from = sizeOf(file);
    },
    lastLines: () => lastTold(text()).join('\n') || '(nothing)',
    keep: (at) => {
      if (!fs.existsSync(file)) return;
      fs.mkdirSync(path.dirname(at), { recursive: true });
      fs.writeFileSync(at, redacted(readFrom(file, 0)), { mode: 0o600 });
    },
    remove: () => {
      fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
      reaper.release(folder);
    },
  };
}

function lastTold(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !STACK_FRAME.test(line));
  return lines.slice(-SHOWN_LINES);
}

/** Passwords in URLs, and whole values of variables that are named like a secret. */
function secretsOf(env: Environment): readonly string[] {
  return Object.entries(env).flatMap(([name, value = '']) => {
    const found = SECRET_NAME.test(name) ? [value] : [];
    if (URL.canParse(value)) {
      const { password } = new URL(value);
      found.push(password, decodeURIComponent(password));
    }
    return found.filter((one) => one.length >= SECRET_LENGTH);
  });
}

function readFrom(file: string, from: number): string {
  try {
    return fs.readFileSync(file).subarray(from).toString('utf8');
  } catch {
    return '';
  }
}

function sizeOf(file: string): number {
  return fs.existsSync(file) ? fs.statSync(file).size : 0;
}
