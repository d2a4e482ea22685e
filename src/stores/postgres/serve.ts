import type { StoreAddress } from '../../core/context.js';
import { serveNamespaces } from '../serve-namespaces.js';
import type { StoreNamespace, StoreServer } from '../store.js';
import type { Admin } from './admin.js';
import { createSchema } from './schema.js';

/** What an embedded server and one by URL differ in. */
export interface Served extends Pick<
  StoreServer,
  'description' | 'environment' | 'endsWithRun' | 'trouble' | 'leftovers'
> {
  readonly admin: Admin;
  /** Without a namespace. */
  readonly address: StoreAddress;
  readonly portsVisible: boolean;
  /** Of the schemas' names. */
  readonly prefix: string;
  /** Called once, with the namespaces that were not dropped. */
  readonly end: (live: readonly StoreNamespace[], keepLogAt: string | undefined) => Promise<void>;
}

/** A server at hand as the engine sees it: each namespace is a schema. */
export function serve({ admin, address, portsVisible, prefix, end, ...server }: Served): StoreServer {
  return serveNamespaces({
    ...server,
    store: 'postgres',
    make: (number) => createSchema(admin, { ...address, namespace: `${prefix}_${number}` }, portsVisible),
    end,
  });
}
