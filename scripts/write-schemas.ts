import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { publishedSchemas } from '../src/session/published-schemas.js';

/** Writes the published JSON Schemas: `npx jiti scripts/write-schemas.ts`. */
const folder = fileURLToPath(new URL('../reports/schema/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(publishedSchemas())) {
  writeFileSync(`${folder}${name}`, text);
  console.log(`reports/schema/${name}`);
}
