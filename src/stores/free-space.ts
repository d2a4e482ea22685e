import fs from 'node:fs';

/** Enough for the files of every trial many times over; a disk with less is full at the worst moment. */
const LEAST_FREE_BYTES = 16 * 1024 * 1024;

/** How many whole mebibytes are left on the disk of a folder where that is too little; nothing where there is room. */
export function tooFewMebibytes(folder: string): number | undefined {
  const { bavail, bsize } = fs.statfsSync(folder);
  const free = bavail * bsize;
  return free < LEAST_FREE_BYTES ? Math.floor(free / 1024 / 1024) : undefined;
}
