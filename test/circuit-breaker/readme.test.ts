import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadConfig } from '../../lib/config.ts';

it('the README tells the defaults that the configuration has', () => {
  const text = readFileSync(new URL('../../lib/circuit-breaker/README.md', import.meta.url), 'utf8');
  const told = [...text.matchAll(/^\| `\w+` +\| `(CIRCUIT_\w+)` +\| ([\d.]+) /gm)].map(([, name, value]) => [
    name,
    Number(value),
  ]);
  const configured = Object.entries(loadConfig({})).filter(([name]) => name.startsWith('CIRCUIT_'));
  expect(configured).toHaveLength(5);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(configured));
});
