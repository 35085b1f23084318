import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MAX_ANSWER_BYTES } from '../../lib/idempotency/answer.ts';
import { LOCK_MARGIN_MS, MAX_TRIES, RETENTION_MS } from '../../lib/idempotency/idempotency.ts';
import { MAX_KEY_LENGTH } from '../../lib/idempotency/key.ts';
import { PERSISTING_MS } from '../../lib/idempotency/persist.ts';

const readme = readFileSync(new URL('../../lib/idempotency/README.md', import.meta.url), 'utf8');

/** The cell beside its name in the table of defaults. */
const defaultOf = (name: string): string | undefined =>
  readme
    .split('## Defaults')[1]
    ?.split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .find(([, what]) => what === name)?.[2];

it.each([
  ['length of a key', `1 to ${MAX_KEY_LENGTH} characters`],
  ['`retentionMs`', `${RETENTION_MS}`],
  ['`lockMs`', `none: \`lockFor\` of the owner's own limit, which adds ${LOCK_MARGIN_MS}`],
  ['a lost write is repeated', `${PERSISTING_MS}`],
  ['largest answer', `${MAX_ANSWER_BYTES} bytes`],
  ['tries for a contended key', `${MAX_TRIES}`],
])('the README tells the default of the code: %s', (name, value) => {
  expect(defaultOf(name)).toBe(value);
});
