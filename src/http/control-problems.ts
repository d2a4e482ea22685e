import { isRecord, shown, type Unchecked } from './unchecked.js';

const PARTS = ['env', 'target', 'shows'];

/** What is wrong with the control that a definition names: one that could not be another than the target shows nothing. */
export function controlProblems({ control, start, name }: Unchecked): readonly string[] {
  if (control === undefined) return [];
  if (!isRecord(control) || (control['env'] === undefined) === (control['target'] === undefined)) {
    return [`control: expected { env } or { target }, got ${shown(control)}`];
  }
  const { env, target, shows } = control;
  return [
    ...Object.keys(control)
      .filter((part) => !PARTS.includes(part))
      .map((part) => `control.${part}: expected one of ${PARTS.join(', ')}`),
    ...(env === undefined ? targetProblems(target, name) : environmentProblems(env, start)),
    ...(shows === undefined || isListOfTexts(shows)
      ? []
      : [`control.shows: expected a list of anomalies such as ['oversold'], got ${shown(shows)}`]),
  ];
}

function targetProblems(target: unknown, name: unknown): readonly string[] {
  if (typeof target !== 'string')
    return [`control.target: expected the id of a target, got ${shown(target)}`];
  return target === name || target === `http/${String(name)}`
    ? [`control.target: expected another target, got ${target} itself`]
    : [];
}

function environmentProblems(env: unknown, start: unknown): readonly string[] {
  if (!isRecord(env)) return [`control.env: expected variables, got ${shown(env)}`];
  if (!isRecord(start)) {
    return ['control.env: it is the environment of a command, and no command is started (start)'];
  }
  return Object.keys(env).length === 0
    ? [
        'control.env: expected a variable that takes away what makes it right, got none: it would be the same command',
      ]
    : [];
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}
