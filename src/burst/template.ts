/**
 * What a template may name besides the columns of the data: the client from 0, the trial from 1, a number of nine digits that
 * the seed draws anew for each trial (`fresh`) or each request (`random`).
 */
export const TEMPLATE_NAMES = ['client', 'trial', 'fresh', 'random'] as const;

/** A text with places to be filled in: texts and names in turn, beginning and ending with a text. */
export interface Template {
  readonly texts: readonly string[];
  /** One less than texts. */
  readonly names: readonly string[];
}

export type TemplateValues = Readonly<Record<string, string>>;

const PLACE = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Every `{{name}}` of a text, spaces inside the braces allowed. Knows no names: see `unknownNames`. */
export function parseTemplate(text: string): Template {
  const texts: string[] = [];
  const names: string[] = [];
  let end = 0;
  for (const match of text.matchAll(PLACE)) {
    texts.push(text.slice(end, match.index));
    names.push(match[1]!);
    end = match.index + match[0].length;
  }
  return { texts: [...texts, text.slice(end)], names };
}

/** Fills in every place; `escape` fits a value into the text around it. Throws where a value is missing. */
export function fillIn(
  { texts, names }: Template,
  values: TemplateValues,
  escape: (value: string) => string = (value) => value,
): string {
  return texts
    .map((text, place) => {
      const name = names[place];
      if (name === undefined) return text;
      const value = values[name];
      if (value === undefined) throw new Error(`There is no value for the template {{${name}}}.`);
      return text + escape(value);
    })
    .join('');
}

/** The names in a text that stand for nothing, each once. */
export function unknownNames(text: string, known: readonly string[]): readonly string[] {
  return [...new Set(parseTemplate(text).names)].filter((name) => !known.includes(name));
}

/** As it stands between the quotes of a JSON text: what a CSV holds may have quotes and line breaks. */
export function insideJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
