import type { Reader } from '../../reader.ts';
import { isRandom } from '../random-looking.ts';
import { valueAt } from './behind.ts';
import { isPath, isReference } from './references.ts';

/** From the end of one entry of a list to the beginning of the next: `","`, `,` and the line of another bullet. */
const BETWEEN = /^(?:(["'`]),\s{0,16}\1|,|(["'`]?),?\r?\n[ \t]{0,16}[-*][ \t]{1,3}\2)$/;
const MAX_BETWEEN_CHARS = 25;

const isNext = (text: Reader, at: number): boolean =>
  at - text.lastKeyEnd <= MAX_BETWEEN_CHARS && BETWEEN.test(text.slice(text.lastKeyEnd, at));

/** What has a name of its own, or is found by it. */
const NAMED = /=[^=]/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A key in a list right behind another, which alone has the name of the list before it. */
export const listed = valueAt(
  'API_KEY',
  isNext,
  (value, before) =>
    isRandom(value) && !NAMED.test(value) && !UUID.test(value) && !isPath(value) && !isReference(value, before),
);
