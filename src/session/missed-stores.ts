import type { Report } from '../report/report.js';
import type { RanTarget } from './compose-report.js';
import type { SessionOptions } from './options.js';

/**
 * Stores whose absence is an error: those that are required, and those that were named and could not be had, by a URL or by a
 * target on them. Else a URL with a slip of the pen would pass, as long as something else was judged. Of a server that is
 * there and lacks a feature only what needs that is skipped, unless it was asked for by its id.
 */
export function requiredStores(
  { required = [], targets = [], exec = [], storeUrls = {} }: Partial<SessionOptions>,
  ran: readonly RanTarget[],
  { stores }: Pick<Report['environment'], 'stores'>,
): readonly string[] {
  const isAsked = targets.length + exec.length > 0;
  const missed = ran.flatMap(({ role, result }) =>
    role === 'named' && result.kind === 'skipped' ? [result.error.store] : [],
  );
  const isNamed = (store: string) => storeUrls[store] !== undefined && !(store in stores);
  return [...new Set([...required, ...missed.filter((store) => isAsked || isNamed(store))])];
}
