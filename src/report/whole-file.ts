import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ReportNotWritten } from './files.js';
import { isWrittenInPlace, reasonOf } from './writable.js';

/**
 * Under another name, then renamed: whoever reads it has all of it. A link stays one, and what is no file (a device, a pipe) is
 * written to as it is. Makes its folder. Throws ReportNotWritten.
 */
export async function writeWhole(file: string, text: string): Promise<void> {
  try {
    if (await isWrittenInPlace(file)) await appendFile(file, text);
    else await replace(await realpath(file).catch(() => path.resolve(file)), text);
  } catch (error) {
    throw new ReportNotWritten(`${file} could not be written: ${reasonOf(error)}`, { cause: error });
  }
}

async function replace(file: string, text: string): Promise<void> {
  const { dir, base } = path.parse(file);
  const partial = path.join(dir, `.${base}.${process.pid}-${randomBytes(3).toString('hex')}.partial`);
  try {
    await mkdir(dir, { recursive: true });
    await writeFile(partial, text);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw error;
  }
}
