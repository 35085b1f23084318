import { expect, it } from 'vitest';
import { agents } from '#agents';
import { openApi } from '../../lib/api/openapi.ts';
import { createCatalog } from '../../lib/run/catalog.ts';

interface Schema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly items: Schema;
}

const described = openApi('1.2.3', 120_000);
const { schemas } = described['components'] as { schemas: Readonly<Record<string, Schema>> };
const names = (value: object = {}): string[] => Object.keys(value).sort();

it('every schema that is referred to is there', () => {
  const references = [...JSON.stringify(described).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
  expect(references.length).toBeGreaterThan(20);
  expect(references.map(([, name]) => name).filter((name = '') => !(name in schemas))).toEqual([]);
});

it('GET /agents answers exactly the fields that are described', async () => {
  const agent = schemas['Agents']?.properties['agents']?.items;
  for (const shown of await createCatalog(agents, () => true).describe()) {
    expect(names(shown)).toEqual(names(agent?.properties));
    expect(names(shown['models'] as object)).toEqual(names(agent?.properties['models']?.properties));
    for (const tool of shown['tools'] as object[])
      expect(names(tool)).toEqual(names(agent?.properties['tools']?.items.properties));
  }
});
