import type { BurstDefinition } from '../burst/definition.js';
import { parseTemplate } from '../burst/template.js';
import { redact } from '../report/redact.js';

/**
 * What of a burst is secret by its name: the texts of headers such as `Authorization`, and the values of columns that such a
 * header holds or that are themselves named like a token.
 */
export function secretsOf({ requests, reset, before, after, rows }: BurstDefinition): readonly string[] {
  const headers = [...requests, ...reset, ...before, ...after]
    .flatMap((request) => Object.entries(request.headers))
    .filter(([name]) => isSecret(`${name}: `))
    .map(([, value]) => parseTemplate(value));
  const columns = Object.keys(rows[0] ?? {}).filter(
    (column) => isSecret(`${column}=`) || headers.some(({ names }) => names.includes(column)),
  );
  const texts = headers.flatMap(({ texts: between }) => between.map(withoutScheme));
  const values = rows.flatMap((row) => columns.map((column) => row[column] ?? ''));
  return [...new Set([...texts, ...values])];
}

/** Whether a value behind this is taken out of every text. */
function isSecret(name: string): boolean {
  return redact(`${name}value`) !== `${name}value`;
}

/** `Bearer `, `Basic `: no secret, and alone it would go out of every sentence. */
function withoutScheme(text: string): string {
  return text.replace(/^\s*[A-Za-z]+\s+/, '').trim();
}
