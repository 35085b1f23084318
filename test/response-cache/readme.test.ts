import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MAX_ANSWER_BYTES, STALE_KEPT_MS } from '../../lib/response-cache/answer.ts';
import { LANDING_MS, UNSHARED_MS, WRITE_LIMIT_MS } from '../../lib/response-cache/flights.ts';
import { FIRST_PAUSE_MS, LEAD_LIMIT_MS, LEASE_MS, LONGEST_PAUSE_MS } from '../../lib/response-cache/response-cache.ts';
import { LOOK_LIMIT_MS } from '../../lib/response-cache/shared-looks.ts';

const readme = readFileSync(new URL('../../lib/response-cache/README.md', import.meta.url), 'utf8');

it('the README tells the defaults of the code, and no others', () => {
  const rows = (readme.split('## Defaults')[1]?.split('##')[0] ?? '')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => /\d/.test(cells[2] ?? ''));
  expect(Object.fromEntries(rows.map(([, what, value]) => [what, value]))).toEqual({
    '`leaseMs`': `${LEASE_MS}`,
    'first pause of a follower': `${FIRST_PAUSE_MS}`,
    'longest pause': `${LONGEST_PAUSE_MS}`,
    'time without sharing': `${UNSHARED_MS}`,
    'time of a landing': `${LANDING_MS}`,
    'largest answer': `${MAX_ANSWER_BYTES} bytes`,
    'kept beyond its freshness': `${STALE_KEPT_MS}`,
    'limit of a look': `${LOOK_LIMIT_MS}`,
    'limit of a take-off': `${LEAD_LIMIT_MS}`,
    'limit of a write at an end': `${WRITE_LIMIT_MS}`,
  });
});
