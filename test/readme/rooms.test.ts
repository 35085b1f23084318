import { expect, it } from 'vitest';
import { SETTLE_PATIENCE_MS } from '../../lib/budget/dynamodb-store.ts';
import { MOST_TOMBSTONES } from '../../lib/budget/fence.ts';
import { LEAST_OUTPUT_TOKENS } from '../../lib/budget/fit-output.ts';
import { MAX_OPEN } from '../../lib/budget/store.ts';
import { read, tableOf } from './markdown.ts';

/** What the README of each room says in its table of figures, as the code has it. */
const FIGURES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'lib/budget': {
    'fewest output tokens': `${LEAST_OUTPUT_TOKENS}`,
    'open reservations of an account': `${MAX_OPEN}`,
    'tombstones of an item': `${MOST_TOMBSTONES}`,
    'a settlement is repeated for': `${SETTLE_PATIENCE_MS} ms`,
  },
};

it.each(Object.entries(FIGURES))('the README of %s has the figures of the code, and no others', (room, figures) => {
  const rows = tableOf(read(`${room}/README.md`), 'what', 'value', 'why');
  expect(Object.fromEntries(rows.map(({ what, value }) => [what, value]))).toEqual(figures);
});
