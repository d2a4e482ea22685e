import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findProgram, isExecutable } from '../../process/find-program.js';
import { cacheFolder } from '../cache-folder.js';

/** A program on this machine that serves MongoDB's protocol. */
export interface MongoProgram {
  readonly kind: 'mongod' | 'secantusdb';
  readonly file: string;
}

/** Where `doctor --install mongodb` puts a `mongod`. */
export function installFolder(): string {
  return path.join(cacheFolder(), 'mongodb-binaries');
}

/** The Python environment into which SecantusDB can be installed without touching anything else. */
export function pythonEnvironment(): string {
  return path.join(cacheFolder(), 'venv');
}

/**
 * A `mongod` on PATH, else the newest that mongodb-memory-server has downloaded on this machine, else SecantusDB, which is no
 * MongoDB but speaks its protocol and has transactions. Looks at files only.
 */
export function findMongoProgram(): MongoProgram | undefined {
  const mongod = findProgram('mongod') ?? newestDownloaded();
  if (mongod !== undefined) return { kind: 'mongod', file: mongod };
  const secantus = findProgram('secantusd-py', [path.join(pythonEnvironment(), 'bin')]);
  return secantus === undefined ? undefined : { kind: 'secantusdb', file: secantus };
}

/** The folders in which mongodb-memory-server keeps what it downloaded; files there end in their version. */
function newestDownloaded(): string | undefined {
  const named = process.env['MONGOMS_DOWNLOAD_DIR'];
  const folders = [
    ...(named ? [named] : []),
    installFolder(),
    path.join(os.homedir(), '.cache', 'mongodb-binaries'),
    path.join(process.cwd(), 'node_modules', '.cache', 'mongodb-memory-server'),
  ];
  return folders
    .flatMap((folder) => filesIn(folder))
    .filter((file) => /^mongod.*\d+\.\d+\.\d+(\.exe)?$/.test(path.basename(file)) && isExecutable(file))
    .sort((a, b) => compareVersions(versionOf(b), versionOf(a)))[0];
}

function filesIn(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder).map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}

function versionOf(file: string): readonly number[] {
  const [, ...parts] = /(\d+)\.(\d+)\.(\d+)(?:\.exe)?$/.exec(file) ?? [];
  return parts.map(Number);
}

function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let place = 0; place < 3; place += 1) {
    const difference = (a[place] ?? 0) - (b[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
