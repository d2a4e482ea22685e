import type { Table } from './catalogue.js';
import type { PostgresFootprint } from './footprint.js';
import { type Fields, isObject, namesOf, type Node, asNode, nodesOf, text } from './sql-parser.js';

/** Of which tables any step so far rests on the order in which rows stand there. It only grows. */
export class RowOrder {
  readonly #tables = new Set<string>();
  #mattersEverywhere = false;

  /** How often it has grown. */
  size = 0;

  matters(table: string): boolean {
    return this.#mattersEverywhere || this.#tables.has(table);
  }

  /** A step that may do anything may do that, too. */
  note({ touches, scans }: PostgresFootprint): void {
    if (touches === 'unknown' && !this.#mattersEverywhere) {
      this.#mattersEverywhere = true;
      this.size += 1;
    }
    for (const table of scans) {
      if (this.matters(table)) continue;
      this.#tables.add(table);
      this.size += 1;
    }
  }
}

/** The same whatever the order in which they get their rows. */
const ORDER_FREE: ReadonlySet<string> = new Set(['count', 'max', 'min', 'bool_and', 'bool_or', 'every']);

/**
 * Whether what a SELECT of this only table says, limits or locks may rest on the order in which rows stand there. Not if it is
 * sorted by a whole key, tells only whether there is a row, or counts.
 */
export function restsOnOrder(fields: Fields, table: Table): boolean {
  const targets = nodesOf(fields['targetList']);
  const isPlain = ['groupClause', 'distinctClause', 'windowClause', 'valuesLists'].every(
    (name) => fields[name] === undefined,
  );
  if (!isPlain || hasWindow(targets.map(({ fields: target }) => target))) return true;
  if (isSorted(fields, targets, table)) return false;
  if (nodesOf(fields['lockingClause']).length > 0) return true;
  const values = targets.map(({ fields: target }) => asNode(target['val']));
  const isCount = values.length > 0 && values.every(isOrderFree);
  return !isCount && !values.every((value) => value?.kind === 'A_Const');
}

function isOrderFree(value: Node | undefined): boolean {
  if (value?.kind !== 'FuncCall') return false;
  const names = namesOf(value.fields['funcname']);
  return names.length === 1 && ORDER_FREE.has(names[0] ?? '');
}

/** ORDER BY begins with columns that no two rows have in common, and the names mean the table's own columns. */
function isSorted(fields: Fields, targets: readonly Node[], table: Table): boolean {
  const sorted: string[] = [];
  for (const { fields: by } of nodesOf(fields['sortClause'])) {
    const column = columnOf(asNode(by['node']));
    const isRenamed = targets.some(
      ({ fields: target }) => text(target['name']) === column && columnOf(asNode(target['val'])) !== column,
    );
    if (column === undefined || isRenamed || by['useOp'] !== undefined) break;
    sorted.push(column);
  }
  const isNotNull = (name: string) =>
    table.columns.find((column) => column.name === name)?.isNotNull ?? false;
  return table.unique.some(({ columns }) =>
    columns?.every((column) => sorted.includes(column) && isNotNull(column)),
  );
}

function columnOf(node: Node | undefined): string | undefined {
  return node?.kind === 'ColumnRef' ? namesOf(node.fields['fields']).at(-1) : undefined;
}

function hasWindow(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasWindow);
  if (!isObject(value)) return false;
  return Object.entries(value).some(([name, inner]) => name === 'over' || hasWindow(inner));
}
