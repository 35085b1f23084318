import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { KEPT_MS, READ_LIMIT_MS } from '../../lib/rests/reader.ts';
import { MAX_REST_MS, PROBE_EACH_MS } from '../../lib/rests/rest.ts';
import { WRITE_LIMIT_MS } from '../../lib/rests/writer.ts';

const readme = readFileSync(new URL('../../lib/rests/README.md', import.meta.url), 'utf8');

it('the README tells the figures of the code', () => {
  const told = [...readme.matchAll(/^\| (.+?) +\| (\d+) +\|/gm)].map(([, what, value]) => [what, Number(value)]);
  expect(Object.fromEntries(told)).toEqual({
    'longest rest': MAX_REST_MS,
    'between two tries of a rest': PROBE_EACH_MS,
    'age of what was read of others': KEPT_MS,
    'longest wait for a reading': READ_LIMIT_MS,
    'longest wait for one of two writes': WRITE_LIMIT_MS,
  });
});
