import type { OpenTransaction } from '../../core/history.js';
import type { ClientConnection } from '../store.js';
import type { Admin } from './admin.js';

/** Whose connections are looked for. */
export interface SessionScope {
  readonly admin: Admin;
  readonly namespace: string;
  /** Our address, as the server sees it. */
  readonly ownHost: string;
  /** Nobody but this run uses the server. */
  readonly own: boolean;
}

/** What a product shows of its sessions, and how it ends them. */
export interface SessionView {
  openTransactions(
    scope: SessionScope,
    connections: readonly ClientConnection[],
  ): Promise<readonly OpenTransaction[]>;
  /** Returns those of which it could not be shown. */
  endSessions(
    scope: SessionScope,
    connections: readonly ClientConnection[],
  ): Promise<readonly ClientConnection[]>;
}

/** How long a session that is to end may take to be gone. */
export const END_MS = 5_000;
export const FIRST_POLL_MS = 2;
export const LONGEST_POLL_MS = 50;
