import type { Finding } from '../../core/checker.js';
import type { ContractTypes } from '../../core/contract.js';
import type { History, Operation } from '../../core/history.js';
import { count } from '../words.js';

/** A lock that is in the final state. */
export interface LeftLock {
  readonly key: string;
  /** The logical process of its holder, where the store knows it. */
  readonly process: number | undefined;
  /** By its expiry, or by the store's word for a dead session: somebody can have it one day without any help. */
  readonly lapses: boolean;
}

/**
 * Locks in the final state that nobody is left to release: the holder's last operation has answered or certainly failed, or
 * the lock never lapses. Linear.
 *
 * A lock of an operation without an answer may stand there until it lapses: a dead client cannot let go, and the lease is
 * there for just that. Sessions of such operations are ended before the final state is read, so one that never lapses
 * stays for ever. Where the store does not know the holder, one operation without an answer excuses every lock that lapses.
 * Misses a lock that lapsed or was taken away before the final state was read.
 */
export function leftBehind<C extends ContractTypes>(
  { operations }: Pick<History<C>, 'operations'>,
  left: readonly LeftLock[],
): Finding[] {
  if (left.length === 0) return [];
  const lastOf = new Map<number, Operation<C>>();
  for (const operation of operations) lastOf.set(operation.process, operation);
  const anyUnanswered = operations.some(({ status }) => status === 'info');
  const wrong = left.flatMap((lock) => {
    const holder = lock.process === undefined ? undefined : lastOf.get(lock.process);
    const unanswered = holder ? holder.status === 'info' : anyUnanswered;
    return lock.lapses && unanswered ? [] : [{ lock, holder }];
  });
  const [first] = wrong;
  if (!first) return [];
  const { lock, holder } = first;
  const of = holder ? `of client ${holder.client}` : 'of an unknown holder';
  const ended = holder && holder.status !== 'info' ? ', whose operation has ended,' : '';
  const lapse = lock.lapses ? '' : ', and never lapses';
  const rest = wrong.length > 1 ? ` So are ${wrong.length - 1} more.` : '';
  const witness = wrong.flatMap((one) =>
    one.holder ? [one.holder.invokeIndex, one.holder.completeIndex ?? one.holder.invokeIndex] : [],
  );
  return [
    {
      anomaly: 'lock-left-behind',
      grade: 'violation',
      message: `The lock ${lock.key} ${of}${ended} is still there in the end${lapse}.${rest}`,
      expected: 'no lock left by an operation that has ended',
      observed: `${count(wrong.length, 'lock')} left`,
      witness: [...new Set(witness)].sort((a, b) => a - b).slice(0, 10),
    },
  ];
}
