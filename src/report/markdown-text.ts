import { redact } from './redact.js';
import { printable } from './text-width.js';

/** Text for a Markdown document: without passwords and control characters, and what would end a cell or begin a tag escaped. */
export function markdownText(text: string): string {
  return redact(printable(text)).replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/** The first row is the head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  return [head, head.map(() => '---'), ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
