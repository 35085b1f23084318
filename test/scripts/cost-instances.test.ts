import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compareInstances } from '../../scripts/cost/managed-instances.ts';

it('docs/cost.md has what a call of 20 s costs on instances and on plain Lambda', () => {
  const { plainMillion, instancesMonth, instancesMillion, equalAt, mostCalls } = compareInstances(20_000, 512);
  const [, section = ''] = readFileSync('docs/cost.md', 'utf8').split('\n## Managed instances\n');
  for (const figure of [plainMillion, instancesMonth, instancesMillion])
    expect(section).toContain(`$${figure.toFixed(2)}`);
  expect(section).toContain(`${(equalAt / 1_000_000).toFixed(1)} million calls a month`);
  expect(section).toContain(`${(mostCalls / 1_000_000).toFixed(1)} million`);
});
