import type { ContractTypes } from '../core/contract.js';
import type { HttpTargetDefinition } from './define-http-target.js';

/** A definition as it may come from JavaScript, where nothing was checked. */
export type Unchecked = { readonly [K in keyof HttpTargetDefinition<ContractTypes>]?: unknown };

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

export function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && Number.isFinite(value);
}

/** For people. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  return JSON.stringify(value)?.slice(0, 80) ?? typeof value;
}
