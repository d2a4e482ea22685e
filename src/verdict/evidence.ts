import { grouped } from '../core/grouped.js';

/** What a verdict's evidence consists of, and lacks. */
export interface Evidence {
  readonly planned: number;
  readonly run: number;
  readonly counted: number;
  /** Trials with an interleaved pair. */
  readonly interleaved: number;
  readonly possiblePairs: number;
  /** Trials by the reason for which they prove nothing; a trial may have several. */
  readonly undecided: ReadonlyMap<string, number>;
  readonly undecidedTrials: number;
  readonly operations: { readonly ok: number; readonly fail: number; readonly info: number };
  /** By code, of operations that failed or may have happened. */
  readonly errors: ReadonlyMap<string, number>;
  /** Why the run ended before its plan did. */
  readonly stopped: string | undefined;
}

/** How many different reasons of undecided trials are spelt out. */
const SPELT_OUT = 5;

/** Why there is not enough evidence to say that it holds; empty if there is. For people, each reason once. */
export function lacking(evidence: Evidence): string[] {
  const { planned, run, counted, operations, interleaved, possiblePairs, stopped } = evidence;
  const reasons: string[] = [];
  if (stopped !== undefined) reasons.push(stopped);
  if (run === 0) return [...reasons, 'no trial ran'];
  reasons.push(...undecidedReasons(evidence));
  if (operations.ok === 0) {
    reasons.push(
      `no operation was answered: in ${trials(run)}, ${grouped(operations.fail)} failed and ${grouped(operations.info)} may have happened${codes(evidence)}`,
    );
  }
  if (interleaved === 0) {
    reasons.push(
      possiblePairs === 0
        ? `nothing could overlap: in ${trials(run)} no two operations touched the same thing`
        : `nothing overlapped: in ${trials(run)} no two operations on the same thing were at the store at once`,
    );
  }
  const wanted = Math.max(1, planned);
  if (counted < wanted && (reasons.length === 0 || planned > run)) {
    reasons.push(
      `only ${grouped(counted)} of ${trials(wanted, 'planned ')} ${wanted === 1 ? 'is' : 'are'} evidence: ${shortage(evidence)}`,
    );
  }
  return reasons;
}

/** What the undecided trials are undecided for. */
export function undecidedReasons({ undecided }: Pick<Evidence, 'undecided'>): string[] {
  const reasons = [...undecided];
  const spelt = reasons
    .slice(0, SPELT_OUT)
    .map(([reason, count]) => `${trials(count)} ${count === 1 ? 'proves' : 'prove'} nothing: ${reason}`);
  const more = reasons.length - spelt.length;
  return more > 0 ? [...spelt, `and ${more} more reasons why trials prove nothing`] : spelt;
}

/** ` (12 times ECONNREFUSED, 2 times timeout)`, the commonest first. */
function codes({ errors }: Evidence): string {
  const told = [...errors]
    .sort(([, a], [, b]) => b - a)
    .slice(0, SPELT_OUT)
    .map(([code, count]) => `${count} times ${code}`);
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}

function shortage({ planned, run, counted, interleaved, undecidedTrials }: Evidence): string {
  const missing = planned - run;
  const parts = [
    missing > 0 ? `${grouped(missing)} did not run` : '',
    run > interleaved ? `in ${grouped(run - interleaved)} nothing overlapped` : '',
    undecidedTrials > 0
      ? `${grouped(undecidedTrials)} ${undecidedTrials === 1 ? 'was' : 'were'} undecided`
      : '',
  ].filter((part) => part !== '');
  return parts.length > 0 ? parts.join(', ') : `in ${grouped(run - counted)} no operation was answered`;
}

function trials(count: number, kind = ''): string {
  return `${grouped(count)} ${kind}trial${count === 1 ? '' : 's'}`;
}
