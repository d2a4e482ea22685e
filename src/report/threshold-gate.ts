import type { Gate } from './report.js';
import { plural } from './words.js';

/** The thresholds of a k6 script as a limit of a target: k6 says in each trial which were crossed. None where there are none. */
export function thresholdGate(
  target: string,
  trials: readonly { readonly known: number; readonly crossed: readonly string[] }[],
): readonly Gate[] {
  const head = { kind: 'k6-threshold' as const, target };
  const crossed = trials.filter((trial) => trial.crossed.length > 0);
  const [first] = crossed;
  if (first !== undefined) {
    const message = `${target}: thresholds of k6 were crossed in ${crossed.length} of ${plural(trials.length, 'trial')}: ${first.crossed.join('; ')}.`;
    return [{ ...head, outcome: 'failed', message }];
  }
  if (!trials.some(({ known }) => known > 0)) return [];
  const message = `${target}: the thresholds of k6 were kept in ${plural(trials.length, 'trial')}.`;
  return [{ ...head, outcome: 'passed', message }];
}
