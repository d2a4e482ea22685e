/** A result as text, as libpq has it. */
export interface TextResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

const NUMERIC = /^[0-9.Ee -]*$/;

/**
 * As libpq's `PQprint` does with aligned columns and a header: numbers to the right, counted in bytes, a last column with
 * its blanks. Nothing for a result without columns.
 */
export function printResult({ columns, rows }: TextResult): string {
  if (columns.length === 0) return '';
  const shape = columns.map((name, at) => {
    const values = rows.map((row) => row[at] ?? '').filter((value) => value !== '');
    return {
      width: Math.max(...[name, ...values].map((text) => Buffer.byteLength(text))),
      isText: values.some((value) => !isNumber(value)),
    };
  });
  const line = (texts: readonly (string | null)[]) =>
    shape.map(({ width, isText }, at) => pad(texts[at] ?? '', width, isText)).join('|');
  const border = shape.map(({ width }) => '-'.repeat(width)).join('+');
  const count = `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`;
  return [line(columns), border, ...rows.map(line), count, '', ''].join('\n');
}

/** Not quite a number's grammar, but libpq's idea of one: only such characters, and a digit at the end. */
function isNumber(value: string): boolean {
  return NUMERIC.test(value) && !/^[Ee]/.test(value) && /[0-9]$/.test(value);
}

function pad(text: string, width: number, toTheRight: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - Buffer.byteLength(text)));
  return toTheRight ? text + blanks : blanks + text;
}
