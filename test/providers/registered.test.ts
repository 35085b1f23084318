import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const folder = new URL('../../lib/providers/', import.meta.url);
const providers = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

it('every provider is one that lib/providers/load-provider.ts can load, late', () => {
  const registry = readFileSync(new URL('load-provider.ts', folder), 'utf8');
  expect(providers.length).toBeGreaterThan(0);
  const loaded = (name: string) => new RegExp(`await import\\('\\./${name}/[\\w-]+\\.ts'\\)`).test(registry);
  expect(providers.map(({ name }) => name).filter((name) => !loaded(name))).toEqual([]);
});
