import type { BurstDefinition } from '../burst/definition.js';
import type { TargetSource } from '../engine/protocol.js';
import type { AnyTarget } from './choice.js';
import { loadRegistered } from './find-targets.js';
import { loadUserModule } from './user-module.js';

/** The target that a source names: one of ours, one of a config, the default export of a user's file, or one made from data. */
export async function resolveTarget(source: TargetSource): Promise<AnyTarget> {
  switch (source.kind) {
    case 'registry':
      return loadRegistered(source.contract, source.id);
    case 'file':
      return (await loadUserModule(source.path)) as AnyTarget;
    case 'config': {
      const { loadConfig } = await import('./config.js');
      const { targets } = await loadConfig(source.path);
      const target = targets.find(({ contract, id }) => contract === source.contract && id === source.id);
      if (target === undefined) throw new Error(`${source.path} has no target ${source.id} any more.`);
      return target;
    }
    case 'http': {
      const { burstTarget } = await import('../burst/target.js');
      return burstTarget(source.definition as BurstDefinition) as unknown as AnyTarget;
    }
    case 'exec':
      throw new Error('A program is no target of this process: it is a host itself.');
  }
}
