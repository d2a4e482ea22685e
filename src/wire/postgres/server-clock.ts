import type { Catalogue, TableColumn } from './catalogue.js';
import { NO_TIMES, type PostgresFootprint, type TimesTaken } from './footprint.js';
import { asNode, isObject, namesOf, type Node, text } from './sql-parser.js';
import { OID } from './types.js';

/**
 * Two times that the server's clock gave are in the order in which they were taken. Whether anybody can tell is learned from
 * the steps: some step has to compare times, and, for the beginning of a transaction to be one, some has to use it.
 */
export class ServerClock {
  #isCompared = false;
  #isOfTransactions = false;

  /** How often more has come to depend on it. */
  get grown(): number {
    return Number(this.#isCompared) + Number(this.#isOfTransactions);
  }

  /** A step that may do anything may do that, too. */
  note({ touches, times }: PostgresFootprint): void {
    const isUnknown = touches === 'unknown';
    this.#isCompared ||= times.compared || isUnknown;
    this.#isOfTransactions ||= times.transaction || isUnknown;
  }

  /** Whether the step takes a time that may be compared with another one. */
  takesTime({ times, begins }: PostgresFootprint): boolean {
    return this.#isCompared && (times.own || (begins && this.#isOfTransactions));
  }
}

const OWN: ReadonlySet<string> = new Set(['clock_timestamp', 'statement_timestamp', 'timeofday', 'uuidv7']);
const OF_TRANSACTION: ReadonlySet<string> = new Set(['now', 'transaction_timestamp', 'age']);
/** `SQLValueFunction`s that are no time. */
const NO_TIME = /USER|ROLE|CATALOG|SCHEMA/;
/** Words that are a time where one is expected. */
const WORDS = /^\s*(now|today|tomorrow|yesterday)\s*$/i;

const TIME_TYPES: readonly number[] = [OID.date, OID.timestamp, OID.timestamptz, OID.time, OID.timetz];

/** Are given times, and give times. Whatever else is made of a time may be compared where nobody sees that it was one. */
const KEEP_TIME: ReadonlySet<string> = new Set(['date_trunc', 'timezone']);
const TIME_NAMES: ReadonlySet<string> = new Set(['date', 'timestamp', 'timestamptz', 'time', 'timetz']);

/** What a statement, or an expression, takes of the clock; without what the server computes for it by itself. */
export function timesIn(value: unknown, catalogue: Catalogue): TimesTaken {
  let taken = NO_TIMES;
  const look = (inner: unknown, isCompared: boolean, isTurned: boolean): void => {
    if (Array.isArray(inner)) return inner.forEach((item) => look(item, isCompared, isTurned));
    if (!isObject(inner)) return;
    const node = asNode(inner);
    const own = node === undefined ? NO_TIMES : timeOf(node);
    taken = bothTimes(taken, isTurned && (own.own || own.transaction) ? { ...own, compared: true } : own);
    const within = isCompared || (node !== undefined && compares(node));
    if (within && node !== undefined && mayBeTime(node, catalogue)) taken = { ...taken, compared: true };
    const turned = isTurned || (node !== undefined && turns(node));
    for (const part of Object.values(node?.fields ?? inner)) look(part, within, turned);
  };
  look(value, false, false);
  return taken;
}

export function bothTimes(one: TimesTaken, other: TimesTaken): TimesTaken {
  return {
    own: one.own || other.own,
    transaction: one.transaction || other.transaction,
    compared: one.compared || other.compared,
  };
}

function timeOf({ kind, fields }: Node): TimesTaken {
  const name = kind === 'FuncCall' ? (namesOf(fields['funcname']).at(-1) ?? '') : '';
  const isOfTransaction =
    OF_TRANSACTION.has(name) ||
    (kind === 'SQLValueFunction' && !NO_TIME.test(text(fields['op']))) ||
    (kind === 'A_Const' && isObject(fields['sval']) && WORDS.test(text(fields['sval']['sval'])));
  return { own: OWN.has(name), transaction: isOfTransaction, compared: false };
}

/** Whether what it comes to may rest on which of two times is earlier. */
function compares({ kind, fields }: Node): boolean {
  if (kind === 'A_Expr') return namesOf(fields['name']).join('.') !== '=';
  return kind === 'FuncCall' || kind === 'MinMaxExpr' || kind === 'SortBy';
}

/** Whether it makes something else of a time that it is given. */
function turns({ kind, fields }: Node): boolean {
  const named = kind === 'TypeCast' && isObject(fields['typeName']) ? fields['typeName']['names'] : undefined;
  if (kind === 'TypeCast') return !TIME_NAMES.has(namesOf(named).at(-1) ?? '');
  return kind === 'FuncCall' && !KEEP_TIME.has(namesOf(fields['funcname']).at(-1) ?? '');
}

/** Comparisons of such a column are seen to be some of times. */
export function isOfTime({ type }: TableColumn): boolean {
  return TIME_TYPES.includes(type) || type === OID.uuid;
}

/** A UUID may begin with a time. A name that is no column of a table, or a number, stands for an expression elsewhere. */
function mayBeTime({ kind, fields }: Node, { tables }: Catalogue): boolean {
  if (kind === 'SortBy') return asNode(fields['node'])?.kind === 'A_Const';
  if (kind !== 'ColumnRef') return false;
  const name = namesOf(fields['fields']).at(-1);
  const columns = [...tables.values()].flatMap((table) =>
    table.columns.filter((column) => column.name === name),
  );
  return columns.length === 0 || columns.some(isOfTime);
}
