import type { StoreAddress } from '../../core/context.js';
import type { StoreNamespace, StoreServer } from '../store.js';
import type { Admin } from './admin.js';
import { createSchema } from './schema.js';

/** What an embedded server and one by URL differ in. */
export interface Served extends Pick<StoreServer, 'description' | 'environment' | 'alive' | 'leftovers'> {
  readonly admin: Admin;
  /** Without a namespace. */
  readonly address: StoreAddress;
  readonly portsVisible: boolean;
  /** Of the schemas' names. */
  readonly prefix: string;
  /** Called once, with the namespaces that were not dropped. */
  stop(live: readonly StoreNamespace[], keepLogAt: string | undefined): Promise<void>;
}

/** Counted over all servers of this process, so that no two of its schemas have one name. */
let made = 0;

/** A server at hand as the engine sees it: each namespace is a schema. */
export function serve(served: Served): StoreServer {
  const { admin, address, portsVisible, prefix, description, environment } = served;
  const live = new Set<StoreNamespace>();
  let stopping: Promise<void> | undefined;
  return {
    store: 'postgres',
    description,
    environment,
    namespace: async () => {
      made += 1;
      const schema = await createSchema(admin, { ...address, namespace: `${prefix}_${made}` }, portsVisible);
      const namespace: StoreNamespace = {
        ...schema,
        drop: async () => {
          live.delete(namespace);
          await schema.drop();
        },
      };
      live.add(namespace);
      return namespace;
    },
    alive: () => served.alive(),
    ...(served.leftovers && { leftovers: served.leftovers }),
    stop: (keepLogAt) => {
      if (stopping !== undefined) return stopping.catch(() => undefined);
      stopping = served.stop([...live], keepLogAt);
      return stopping;
    },
  };
}
