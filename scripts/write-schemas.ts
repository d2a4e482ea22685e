import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { jsonSchemas } from '../src/report/json-schema.js';

/** Writes the published JSON Schemas: `npx jiti scripts/write-schemas.ts`. */
const folder = fileURLToPath(new URL('../reports/schema/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(jsonSchemas())) {
  writeFileSync(`${folder}${name}`, text);
  console.log(`reports/schema/${name}`);
}
