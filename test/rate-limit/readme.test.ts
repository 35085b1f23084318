import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RENEWALS_PER_LEASE } from '../../lib/kernel/lease.ts';
import { MAX_DEBT_MS, MAX_SKEW_MS } from '../../lib/rate-limit/decision.ts';
import { SLOT_LIFE_MS, SLOT_LIMIT_MS } from '../../lib/rate-limit/held-slot.ts';
import { BELIEVED_MS, KNOWN_BUCKETS } from '../../lib/rate-limit/known-tats.ts';
import { MAX_AT_ONCE, NEVER_MS, TAKE_LIMIT_MS } from '../../lib/rate-limit/rate-limit.ts';
import { MAX_FREE_TRIES, SLOT_RETRY_MS } from '../../lib/rate-limit/slots.ts';
import { KEPT_FULL_MS, MAX_TRIES } from '../../lib/rate-limit/update-bucket.ts';

const readme = readFileSync(new URL('../../lib/rate-limit/README.md', import.meta.url), 'utf8');

it('the README tells the figures of the code', () => {
  const told = [...readme.matchAll(/^\| (.+?) +\| (\d+) +\|/gm)].map(([, what, value]) => [what, Number(value)]);
  expect(Object.fromEntries(told)).toEqual({
    'updates of one call': MAX_TRIES,
    'longest debt': MAX_DEBT_MS,
    'skew of clocks that is believed': MAX_SKEW_MS,
    'longest wait for the store': TAKE_LIMIT_MS,
    'updates of an environment on a bucket': MAX_AT_ONCE,
    'buckets that an environment remembers': KNOWN_BUCKETS,
    'a refusal by what an environment remembers': BELIEVED_MS,
    'a bucket is kept beyond being full': KEPT_FULL_MS,
    '`retryAfterMs` where nothing passes': NEVER_MS,
    'life of a slot': SLOT_LIFE_MS,
    'renewal of a slot': SLOT_LIFE_MS / RENEWALS_PER_LEASE,
    'free slots tried': MAX_FREE_TRIES,
    '`retryAfterMs` where no slot is free': SLOT_RETRY_MS,
  });
  expect(SLOT_LIMIT_MS).toBe(TAKE_LIMIT_MS);
});
