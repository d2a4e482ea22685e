import type { ApiStart, Environment, StoreAtHand } from '../../core/api.js';
import { withoutCommandSecrets } from '../../core/command-secrets.js';
import type { NamespaceGiven } from '../store.js';
import { storeUrl } from '../store-url.js';

/** The variable that drivers and frameworks read a store's URL from. */
const VARIABLES: Readonly<Record<string, string>> = {
  postgres: 'DATABASE_URL',
  mongodb: 'MONGODB_URL',
  redis: 'REDIS_URL',
};

/** What a command is given on top of our own variables: `PORT`, the URLs of its stores, and what the target says. */
export function commandEnvironment(
  { env }: ApiStart,
  {
    others,
    parameters,
    port,
    instance,
  }: NamespaceGiven & { readonly port: number; readonly instance: number },
): Environment {
  const stores: Record<string, StoreAtHand> = {};
  const urls: Record<string, string> = {};
  for (const address of others) {
    const variable = VARIABLES[address.store];
    const url = variable === undefined ? '' : storeUrl(address);
    stores[address.store] = { ...address, url };
    if (variable !== undefined) urls[variable] = url;
  }
  const own = typeof env === 'function' ? env({ port, stores, parameters, instance }) : env;
  return { PORT: String(port), ...urls, ...own };
}

/** The command for people: its title, or the command without what looks like a secret. */
export function shownCommand({ command, title }: ApiStart): string {
  if (title !== undefined) return title;
  // A word of a list may hold spaces, and belongs together.
  const line =
    typeof command === 'string'
      ? command
      : command.map((word) => (/\s/.test(word) ? JSON.stringify(word) : word)).join(' ');
  return withoutCommandSecrets(line);
}
