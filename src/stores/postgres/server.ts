import type { OpenStore } from '../store.js';
import { openByUrl } from './by-url.js';
import { openEmbedded } from './embedded.js';

/** PostgreSQL: the server that a URL names, else one of our own for this run. Rejects with `StoreUnavailable`. */
export const openPostgres: OpenStore = (request) =>
  request.url === undefined ? openEmbedded(request) : openByUrl(request.url, request);
