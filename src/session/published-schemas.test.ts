import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { publishedSchemas } from './published-schemas.js';

describe('the published schemas', () => {
  it.each(Object.entries(publishedSchemas()))('%s is what the definition says now', (name, text) => {
    const committed = readFileSync(new URL(`../../reports/schema/${name}`, import.meta.url), 'utf8');
    expect(committed, 'run: npx jiti scripts/write-schemas.ts').toBe(text);
  });
});
