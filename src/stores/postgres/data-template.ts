import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Reaper } from '../../process/reaper.js';
import type { ServerUser } from './server-user.js';

/** Of what a template holds and how it is written; part of its name, so that a change meets no old file. */
export const TEMPLATE_FORMAT = 2;

const header = z.object({
  password: z.string(),
  /** Relative path and bytes; null for a folder. A folder stands before what is in it. */
  entries: z.array(z.tuple([z.string(), z.number().nullable()])),
});

/** A data folder ready to be started, held in memory: one file to read, where a folder would be four hundred. */
export interface DataTemplate {
  /** Of the role that a run uses. */
  readonly password: string;
  readonly entries: readonly (readonly [path: string, bytes: number | null])[];
  readonly content: Buffer;
}

/** Undefined if there is none, or none that is whole. */
export function readTemplate(file: string): DataTemplate | undefined {
  try {
    const whole = fs.readFileSync(file);
    const end = whole.indexOf('\n');
    const { password, entries } = header.parse(JSON.parse(whole.toString('utf8', 0, end)));
    const content = whole.subarray(end + 1);
    const expected = entries.reduce((sum, [, bytes]) => sum + (bytes ?? 0), 0);
    return content.length === expected ? { password, entries, content } : undefined;
  } catch {
    return undefined;
  }
}

/** Written under another name, then renamed, so that two first runs do not meet. A cache that cannot be written is left alone. */
export function writeTemplate(file: string, template: DataTemplate, reaper: Reaper): void {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  } catch {
    return;
  }
  const unfinished = path.join(path.dirname(file), `.${randomBytes(8).toString('hex')}`);
  try {
    reaper.guardFolder(unfinished);
    const { password, entries, content } = template;
    // It holds a password: for its owner alone.
    const descriptor = fs.openSync(unfinished, 'wx', 0o600);
    try {
      fs.writeSync(descriptor, `${JSON.stringify({ password, entries })}\n`);
      for (let at = 0; at < content.length;) at += fs.writeSync(descriptor, content, at);
    } finally {
      fs.closeSync(descriptor);
    }
    fs.renameSync(unfinished, file);
  } catch {
    fs.rmSync(unfinished, { force: true });
  } finally {
    reaper.release(unfinished);
  }
}

/** Reads a data folder whose server is not running. */
export function packTemplate(data: string, password: string): DataTemplate {
  const entries: [string, number | null][] = [];
  const contents: Buffer[] = [];
  const visit = (relative: string) => {
    for (const entry of fs.readdirSync(path.join(data, relative), { withFileTypes: true })) {
      const below = path.join(relative, entry.name);
      if (entry.isDirectory()) {
        entries.push([below, null]);
        visit(below);
      } else {
        const content = fs.readFileSync(path.join(data, below));
        entries.push([below, content.length]);
        contents.push(content);
      }
    }
  };
  visit('');
  return { password, entries, content: Buffer.concat(contents) };
}

/** Makes a data folder from it, owned by the server's user. Writing from memory takes half the time of copying files. */
export function unpackTemplate(template: DataTemplate, data: string, user: ServerUser | undefined): void {
  const own = (file: string) => {
    if (user) fs.chownSync(file, user.uid, user.gid);
  };
  fs.mkdirSync(data, { mode: 0o700 });
  own(data);
  let at = 0;
  for (const [relative, bytes] of template.entries) {
    const file = path.join(data, relative);
    if (bytes === null) {
      fs.mkdirSync(file, { mode: 0o700 });
      own(file);
      continue;
    }
    const descriptor = fs.openSync(file, 'wx', 0o600);
    try {
      for (const end = at + bytes; at < end;) at += fs.writeSync(descriptor, template.content, at, end - at);
      if (user) fs.fchownSync(descriptor, user.uid, user.gid);
    } finally {
      fs.closeSync(descriptor);
    }
  }
}
