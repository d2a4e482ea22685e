import type { ContractTypes } from '../core/contract.js';
import type { Operation } from '../core/history.js';

/**
 * From one answer to the next, on average, in nanoseconds: where requests that started together are answered in turn, as far apart
 * as one takes alone, something took them in turn. Nothing where a client made several attempts, for those are in turn, or where
 * one had no answer.
 */
export function answersApart(operations: readonly Operation<ContractTypes>[]): { answersApartNs?: number } {
  const clients = new Set(operations.map(({ client }) => client));
  if (operations.length < 2 || clients.size < operations.length) return {};
  if (operations.some(({ status }) => status !== 'ok')) return {};
  const endsNs = operations.map(({ completedNs }) => completedNs);
  return { answersApartNs: (Math.max(...endsNs) - Math.min(...endsNs)) / (endsNs.length - 1) };
}
