import { stripVTControlCharacters } from 'node:util';
import { textWidth } from '../core/text-width.js';

export { textWidth };

/** One line that is safe to print: a server's message may hold line breaks and escape sequences. */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '')
    .trim();
}

/** Splits a text at its spaces; only a word that is wider than a whole line is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((one) => cut(one, width))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (textWidth(longer) <= width || line === '') line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** A paragraph whose later lines are indented. */
export function paragraph(text: string, width: number, indent = '  '): string[] {
  const [first = '', ...rest] = wrap(text, width);
  if (rest.length === 0) return [first];
  const below = wrap(rest.join(' '), width - textWidth(indent));
  return [first, ...below.map((line) => `${indent}${line}`)];
}

/** Columns that a text needs beside its label; with fewer it goes below. */
const NARROWEST = 20;

/** A text behind its label; its later lines begin below its first. Where the label leaves no room, the text goes below it. */
export function beside(label: string, text: string, width: number): string[] {
  const indent = textWidth(label);
  if (width - indent >= Math.min(NARROWEST, textWidth(text))) {
    return wrap(text, width - indent).map((line, index) => (index === 0 ? label : ' '.repeat(indent)) + line);
  }
  const margin = ' '.repeat(label.search(/\S|$/));
  const under = (line: string) => `${margin}    ${line}`;
  const [first = '', ...rest] = wrap(label.trim(), Math.max(1, width - margin.length - 4));
  return [
    `${margin}${first}`,
    ...[...rest, ...wrap(text, Math.max(1, width - margin.length - 4))].map(under),
  ];
}

/** Pieces side by side with three spaces between them, on as few lines as they need. */
export function flow(pieces: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    const longer = `${last}   ${piece}`;
    if (last !== undefined && textWidth(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(...wrap(piece, width));
  }
  return lines;
}

/** Splits a name behind its slashes and dashes. */
export function wrapName(name: string, width: number): string[] {
  const lines: string[] = [];
  for (const part of (name.match(/[^/\-_. ]*[/\-_. ]?/g) ?? []).flatMap((one) => cut(one, width))) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(last + part.trimEnd()) <= width)
      lines[lines.length - 1] = last + part;
    else if (part !== '') lines.push(part);
  }
  return lines.map((line) => line.trimEnd());
}

function cut(word: string, width: number): string[] {
  if (textWidth(word) <= width) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (textWidth(piece + character) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}

/** As much of a line as fits, with `...` where something is left out. */
export function cutTo(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let short = '';
  for (const character of text) {
    if (textWidth(short + character) > width - 3) break;
    short += character;
  }
  return `${short.trimEnd()}...`;
}
