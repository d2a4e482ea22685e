import type { HttpRequest } from '../http/http-transport.js';
import type { BurstInput } from './contract.js';
import type { RequestTemplate, Row } from './definition.js';
import { fillIn, insideJson, parseTemplate, type Template, type TemplateValues } from './template.js';

/** What the templates of one attempt are filled in with. */
export function valuesOf(
  client: number,
  { trial, fresh, random }: Pick<BurstInput, 'trial' | 'fresh' | 'random'>,
  rows: readonly Row[],
): TemplateValues {
  return { ...rows[client], client: String(client), trial: String(trial), fresh, random };
}

/** A request whose templates were read once, to be filled in many times. */
export type PreparedRequest = (values: TemplateValues) => HttpRequest;

export function prepareRequest({ method, path, headers, body }: RequestTemplate): PreparedRequest {
  const pathTemplate = escaped(parseTemplate(path));
  const headerTemplates = Object.entries(headers).map(
    ([name, value]) => [name, parseTemplate(value)] as const,
  );
  const bodyTemplate = body === undefined ? undefined : parseTemplate(body);
  const isJson = /^\s*[[{]/.test(body ?? '');
  return (values) => ({
    method,
    path: fillIn(pathTemplate, values, encodeURIComponent),
    headers: Object.fromEntries(
      headerTemplates.map(([name, template]) => [name, fillIn(template, values, onOneLine)]),
    ),
    ...(bodyTemplate === undefined
      ? {}
      : { body: fillIn(bodyTemplate, values, isJson ? insideJson : undefined) }),
  });
}

/** What a request line cannot hold as it stands: spaces, and letters beyond ASCII. */
function escaped({ texts, names }: Template): Template {
  return {
    names,
    texts: texts.map((text) => text.replace(/[^\x21-\x7e]+/gu, (part) => encodeURIComponent(part))),
  };
}

/** A line break in a value would begin another header. */
function onOneLine(value: string): string {
  return value.replace(/[\r\n\0]+/g, ' ');
}
