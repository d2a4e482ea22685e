import { demandNone } from '../core/usage-error.js';
import { USER_CODE_MS } from '../session/user-code.js';
import type { UserCodeLimits } from '../session/user-code-program.js';
import { duration } from './flags.js';

/** How long code of the user's may go on without a pause. Throws UsageError. */
export function codeLimits(env: NodeJS.ProcessEnv): UserCodeLimits {
  const problems: string[] = [];
  const endAfterMs = duration('RACE_CHECK_CODE_LIMIT', env['RACE_CHECK_CODE_LIMIT'], problems);
  demandNone(problems);
  return { ...USER_CODE_MS, ...(endAfterMs === undefined ? {} : { endAfterMs }) };
}
