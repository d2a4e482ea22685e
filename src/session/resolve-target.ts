import type { TargetSource } from '../engine/protocol.js';
import type { AnyTarget } from './choice.js';
import { loadRegistered } from './find-targets.js';
import { loadUserModule } from './user-module.js';

/** The target that a source names: one of ours, or the default export of a user's file. */
export async function resolveTarget(source: TargetSource): Promise<AnyTarget> {
  if (source.kind === 'registry') return loadRegistered(source.contract, source.id);
  return (await loadUserModule(source.path)) as AnyTarget;
}
