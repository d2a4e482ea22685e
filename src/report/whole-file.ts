import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ReportNotWritten } from './files.js';
import { reasonOf } from './writable.js';

/** Under another name, then renamed: whoever reads it has all of it. Makes its folder. Throws ReportNotWritten. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const { dir, base } = path.parse(path.resolve(file));
  const partial = path.join(dir, `.${base}.${process.pid}-${randomBytes(3).toString('hex')}.partial`);
  try {
    await mkdir(dir, { recursive: true });
    await writeFile(partial, text);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw new ReportNotWritten(`${file} could not be written: ${reasonOf(error)}`, { cause: error });
  }
}
