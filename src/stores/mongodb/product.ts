import type { Document } from 'mongodb';
import type { Admin } from './admin.js';

/** Which server it really is that speaks MongoDB's protocol, and how it is set up. */
export interface Product {
  readonly name: 'MongoDB' | 'SecantusDB' | 'FerretDB';
  readonly version: string;
  /** The version of MongoDB that it says to be. */
  readonly speaks: string;
  readonly topology: 'replica set' | 'sharded cluster' | 'standalone';
  readonly isWritable: boolean;
  /** The primary of its replica set, where that is another server. */
  readonly primary: string | undefined;
}

export async function readProduct(admin: Admin): Promise<Product> {
  const hello = await admin.command({ hello: 1 });
  const build = await admin.command({ buildInfo: 1 });
  const speaks = text(build['version']);
  const topology =
    hello['msg'] === 'isdbgrid' ? 'sharded cluster' : hello['setName'] ? 'replica set' : 'standalone';
  const isWritable = hello['isWritablePrimary'] === true;
  const primary = isWritable ? undefined : (hello['primary'] as string | undefined);
  return { ...named(build), speaks, topology, isWritable, primary };
}

function named(build: Document): Pick<Product, 'name' | 'version'> {
  const ferret = build['ferretdb'] as Document | undefined;
  if (build['secantusVersion']) return { name: 'SecantusDB', version: text(build['secantusVersion']) };
  if (ferret) return { name: 'FerretDB', version: text(ferret['version']) };
  return { name: 'MongoDB', version: text(build['version']) };
}

/** For the head of a table: what speaks MongoDB's protocol and is not MongoDB says so. */
export function describe({ name, version, speaks }: Product): string {
  return name === 'MongoDB' ? `${name} ${version}` : `${name} ${version} (speaks MongoDB ${speaks})`;
}

/** Always told, where the server tells: what decides how transactions meet and when documents expire. */
const TOLD = [
  'transactionLifetimeLimitSeconds',
  'maxTransactionLockRequestTimeoutMillis',
  'ttlMonitorSleepSecs',
];

/** What could change a result. */
export async function readEnvironment(admin: Admin, product: Product): Promise<Record<string, string>> {
  const parameters = await admin
    .command({ getParameter: 1, ...Object.fromEntries(TOLD.map((name) => [name, 1])) })
    .catch((): Document => ({}));
  const defaults = await admin.command({ getDefaultRWConcern: 1 }).catch((): Document => ({}));
  const readConcern = (defaults['defaultReadConcern'] as Document | undefined)?.['level'] as unknown;
  const writeConcern = (defaults['defaultWriteConcern'] as Document | undefined)?.['w'] as unknown;
  return {
    product: product.name,
    version: product.version,
    ...(product.name === 'MongoDB' ? {} : { speaks: `MongoDB ${product.speaks}` }),
    topology: product.topology,
    transactions: product.topology === 'standalone' ? 'no' : 'yes',
    ...Object.fromEntries(
      TOLD.filter((name) => parameters[name] !== undefined).map((name) => [name, text(parameters[name])]),
    ),
    ...(readConcern !== undefined && { defaultReadConcern: text(readConcern) }),
    ...(writeConcern !== undefined && { defaultWriteConcern: text(writeConcern) }),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}
