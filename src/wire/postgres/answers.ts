import { createHash, type Hash } from 'node:crypto';
import {
  type Column,
  readColumns,
  readErrorFields,
  readNotification,
  readParameter,
  readRow,
  readStatus,
  readTag,
} from './backend.js';
import type { Message } from './frames.js';
import { formatOf } from './frontend.js';
import type { Portal } from './session-state.js';
import { decodeBinary, hex } from './values.js';

/** What came of one request, without its footprint. */
export interface Answer {
  readonly label: string;
  readonly errorCode?: string;
  /** The file of the server's source that raised it. */
  readonly errorFile?: string;
  readonly errorDetail?: string;
  readonly content: readonly string[];
  readonly digest: string;
  /** Command tags in the order in which statements ended. */
  readonly tags: readonly string[];
}

const ROWS_SHOWN = 3;
const LONGEST_LABEL = 300;
/** Lines of an answer that are kept as they are. */
const LONGEST_DIGEST = 63;
const LINES_KEPT = 1_000;
/** Of where in its source the server raised an error: says nothing about the answer. */
const SOURCE_FIELDS: ReadonlySet<string> = new Set(['F', 'L', 'R', 'V']);

/** Collects the server's messages to one request and says in short what they came to. */
export class AnswerReader {
  #columns: readonly Column[] = [];
  #rows: string[] = [];
  #rowCount = 0;
  readonly #parts: string[] = [];
  readonly #tags: string[] = [];
  readonly #content: string[] = [];
  #tail: Hash | undefined;
  #tailLines = 0;
  #errorCode: string | undefined;
  #errorFile: string | undefined;
  #errorDetail: string | undefined;

  /** The rows that follow are those of this portal: they may come without a description of their own. */
  begin({ statement, resultFormats }: Portal): void {
    const columns = statement.columns ?? [];
    this.#columns = columns.map((column, index) => ({ ...column, format: formatOf(resultFormats, index) }));
  }

  add(message: Message): void {
    switch (message.type) {
      case 'T':
        this.#columns = readColumns(message);
        this.#say(`columns ${this.#columns.map(({ name, type }) => `${name}:${type}`).join(' ')}`);
        break;
      case 'D':
        this.#row(message);
        break;
      case 'C':
        this.#complete(readTag(message));
        break;
      case 'I':
        this.#part('empty query');
        break;
      case 's':
        this.#part(`${this.#rowsInWords()}, and more to fetch`);
        break;
      case 'E':
        this.#error(message);
        break;
      case 'N':
        this.#notice(message);
        break;
      case 'A': {
        const { pid, channel, payload } = readNotification(message);
        this.#say(`notification ${pid} ${channel} ${payload}`);
        break;
      }
      case 'S':
        this.#say(`parameter ${readParameter(message).join(' ')}`);
        break;
      case 'G':
        this.#part('waits for rows to copy');
        break;
      case 'd':
        this.#rowCount += 1;
        this.#say(`copy ${hex(message.body)}`);
        break;
      case 'V':
        this.#part('function called');
        this.#say(`result ${hex(message.body)}`);
        break;
      case 'Z':
        this.#say(`status ${readStatus(message)}`);
        break;
      default:
        break;
    }
  }

  read(): Answer {
    const content = [...this.#content];
    if (this.#tailLines > 0) {
      content.push(`${this.#tailLines} more lines ${this.#tail?.copy().digest('hex')}`);
    }
    return {
      label: shorten(this.#parts.join('; ') || 'done'),
      ...(this.#errorCode !== undefined && { errorCode: this.#errorCode }),
      ...(this.#errorFile !== undefined && { errorFile: this.#errorFile }),
      ...(this.#errorDetail !== undefined && { errorDetail: this.#errorDetail }),
      content,
      digest: digestOf(content.join('\n')),
      tags: this.#tags,
    };
  }

  #row(message: Message): void {
    const values = readRow(message).map((value, index) => this.#value(value, index));
    this.#rowCount += 1;
    if (this.#rowCount <= ROWS_SHOWN) {
      this.#rows.push(values.length === 1 ? (values[0] ?? '') : `(${values.join(', ')})`);
    }
    this.#say(`row ${JSON.stringify(values)}`);
  }

  #value(value: Buffer | null, index: number): string {
    if (value === null) return 'null';
    const column = this.#columns[index];
    if (column?.format !== 1) return value.toString('utf8');
    return decodeBinary(column.type, value) ?? hex(value);
  }

  #complete(tag: string): void {
    this.#tags.push(tag);
    this.#say(`tag ${tag}`);
    const isSelect = /^(SELECT|FETCH|SHOW|EXPLAIN|VALUES)\b/.test(tag);
    const returned = this.#rowCount > 0 && !tag.startsWith('COPY') ? `: ${this.#rowsShown()}` : '';
    this.#part(isSelect ? this.#rowsInWords() : `${tag}${returned}`);
  }

  #rowsInWords(): string {
    const count = this.#rowCount;
    return count === 0 ? '0 rows' : `${count} ${count === 1 ? 'row' : 'rows'}: ${this.#rowsShown()}`;
  }

  #rowsShown(): string {
    return this.#rows.join(', ') + (this.#rowCount > this.#rows.length ? ', ...' : '');
  }

  #error(message: Message): void {
    const fields = readErrorFields(message);
    this.#errorCode = fields.get('C') ?? 'XX000';
    this.#errorFile = fields.get('F');
    this.#errorDetail = fields.get('D');
    this.#say(`error ${inWords(fields)}`);
    this.#part(`error ${this.#errorCode}: ${fields.get('M') ?? ''}`);
  }

  #notice(message: Message): void {
    const fields = readErrorFields(message);
    this.#say(`notice ${inWords(fields)}`);
    this.#parts.push(`${(fields.get('V') ?? 'NOTICE').toLowerCase()}: ${fields.get('M') ?? ''}`);
  }

  /** The end of one statement's answer. */
  #part(text: string): void {
    this.#parts.push(text);
    this.#rows = [];
    this.#rowCount = 0;
  }

  #say(line: string): void {
    if (this.#content.length < LINES_KEPT) this.#content.push(line);
    else {
      this.#tail ??= createHash('sha256');
      this.#tail.update(`${line}\n`);
      this.#tailLines += 1;
    }
  }
}

/** What is short is its own digest. */
function digestOf(text: string): string {
  return text.length <= LONGEST_DIGEST ? text : createHash('sha256').update(text).digest('hex');
}

function inWords(fields: ReadonlyMap<string, string>): string {
  return [...fields]
    .filter(([letter]) => !SOURCE_FIELDS.has(letter))
    .map(([letter, value]) => `${letter}=${value}`)
    .join(' ');
}

function shorten(text: string): string {
  return text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL - 1)}…` : text;
}
