import { UUID, type Document } from 'mongodb';
import { describe, expect, it } from 'vitest';
import type { ClientConnection } from '../store.js';
import type { Admin } from './admin.js';
import { clientName } from './connect.js';
import { mongodSessions } from './mongod-sessions.js';

const NAMESPACE = 'race_check_x_1';
const [FIRST, SECOND, FOUND] = ['a1', 'b2', 'c3'].map((digits) => digits.repeat(16)) as [
  string,
  string,
  string,
];

const connection = (client: number, session?: string, doubtful = false): ClientConnection => ({
  ...{ client, process: client, localPort: 5000 + client, doubtful },
  ...(session && { trace: { sessions: [session], open: [{ session, statement: 'update stock' }] } }),
});
const nameOf = (client: number) => clientName(NAMESPACE, client, client);
const lsid = (session: string) => ({ id: new UUID(session), uid: 'of the user' });

/** A mongod that shows these rows one after the other, and the last of them from then on. */
function showing(...views: readonly Document[][]) {
  const asked: Document[] = [];
  let view = 0;
  const admin = {
    aggregate: (stages: Document[]) => {
      asked.push(...stages);
      view += 1;
      return Promise.resolve(views[Math.min(view, views.length) - 1]!);
    },
    command: (command: Document) => {
      asked.push(command);
      return Promise.resolve({ ok: 1 });
    },
  } as unknown as Admin;
  return { asked, scope: { admin, namespace: NAMESPACE, ownHost: '127.0.0.1', own: true } };
}

const idleTransaction = (session: string) => ({
  ...{ type: 'idleSession', desc: 'inactive transaction', active: false },
  ...{ lsid: lsid(session), transaction: { parameters: { txnNumber: 1 } } },
});

describe('mongod’s own view of its sessions', () => {
  it('shows a transaction that nobody goes on with, by its session, its port or its name', async () => {
    const { scope, asked } = showing([
      idleTransaction(FIRST),
      { ...idleTransaction(FOUND), client: '127.0.0.1:5001' },
      { ...idleTransaction(SECOND), appName: nameOf(2) },
      { type: 'idleSession', lsid: lsid(FIRST) },
      { type: 'op', active: true, client: '127.0.0.1:5003' },
      { ...idleTransaction('d4'.repeat(16)), client: '10.0.0.1:5003' },
    ]);
    const connections = [connection(0, FIRST), connection(1), connection(2), connection(3)];
    expect(await mongodSessions.openTransactions(scope, connections)).toEqual([
      { client: 0, process: 0, state: 'inactive transaction', lastStatement: 'update stock' },
      { client: 1, process: 1, state: 'inactive transaction', lastStatement: '' },
      { client: 2, process: 2, state: 'inactive transaction', lastStatement: '' },
    ]);
    expect(asked[0]).toMatchObject({ $currentOp: { idleSessions: true, idleConnections: true } });
  });

  it('ends every session it knows of, stops what runs, and waits until nothing is left', async () => {
    const running = { type: 'op', active: true, opid: 7, client: '127.0.0.1:5000', lsid: lsid(FOUND) };
    const waiting = { type: 'op', active: false, client: '127.0.0.1:5000' };
    const { scope, asked } = showing([running], [running], [waiting], []);
    expect(await mongodSessions.endSessions(scope, [connection(0, FIRST, true)])).toEqual([]);
    expect(asked).toContainEqual({ killSessions: [FIRST, FOUND].map((one) => ({ id: new UUID(one) })) });
    expect(asked).toContainEqual({ killOp: 1, op: 7 });
    expect(asked.filter((one) => '$currentOp' in one)).toHaveLength(4);
  });

  it('does not wait for the connection of a client that has been answered and lives on', async () => {
    const connected = { type: 'op', active: false, client: '127.0.0.1:5000' };
    const { scope } = showing([idleTransaction(FIRST), connected], [connected]);
    expect(await mongodSessions.endSessions(scope, [connection(0, FIRST)])).toEqual([]);
  });

  it('says of which it could not be shown', { timeout: 15_000 }, async () => {
    const { scope } = showing([{ type: 'op', active: true, opid: 7, appName: nameOf(0) }]);
    const [stuck, gone] = [connection(0, FIRST, true), connection(1, SECOND, true)];
    expect(await mongodSessions.endSessions(scope, [stuck, gone])).toEqual([stuck]);

    const dead = {
      ...scope,
      admin: { aggregate: () => Promise.reject(new Error('gone')) } as unknown as Admin,
    };
    expect(await mongodSessions.endSessions(dead, [stuck, gone])).toEqual([stuck, gone]);
  });
});
