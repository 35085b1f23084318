import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MAX_COOL_DOWN_MS } from '../../lib/cool-down/cool-downs.ts';
import { KEPT_MS, READ_LIMIT_MS } from '../../lib/cool-down/readings.ts';
import { WRITE_LIMIT_MS } from '../../lib/cool-down/writes.ts';

const readme = readFileSync(new URL('../../lib/cool-down/README.md', import.meta.url), 'utf8');

it('the README tells the figures of the code', () => {
  const told = [...readme.matchAll(/^\| (.+?) +\| (\d+) +\|/gm)].map(([, what, value]) => [what, Number(value)]);
  expect(Object.fromEntries(told)).toEqual({
    'longest cool-down': MAX_COOL_DOWN_MS,
    'age of what was read of others': KEPT_MS,
    'longest wait for a reading': READ_LIMIT_MS,
    'longest wait for one of two writes': WRITE_LIMIT_MS,
  });
});
