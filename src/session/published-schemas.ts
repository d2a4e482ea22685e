import { execLine } from '../engine/exec-protocol.js';
import { jsonSchemas, schemaText } from '../report/json-schema.js';

/** Every published JSON Schema by file name. */
export function publishedSchemas(): Readonly<Record<string, string>> {
  return {
    ...jsonSchemas(),
    'exec-protocol.schema.json': schemaText(execLine, {
      title: 'race-check exec protocol, one line',
      description:
        'What race-check writes to the stdin of a program that is a target, and what the program writes to its stdout.',
    }),
  };
}
