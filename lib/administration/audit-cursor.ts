import { readCursor } from '../kernel/cursor.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';

// A million changes within one millisecond is more than all administrators together make.
const PLACE_DIGITS = 6;

/**
 * Where an entry stands among all: by its instant (epoch milliseconds), then by its place, from 0, among those written at the same instant.
 * It sorts as text, for four-digit years.
 */
export const positionAt = (at: number, place: number): string =>
  `${new Date(at).toISOString()}#${String(place).padStart(PLACE_DIGITS, '0')}`;

/** The first and the last position of an instant. */
export const positionsAt = (at: number) => ({
  from: positionAt(at, 0),
  to: positionAt(at, 10 ** PLACE_DIGITS - 1),
});

const POSITION = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[\w-]{1,128}$/;
/** The position that a cursor holds. Throws `invalid-request` at `cursor` for whatever is no cursor of this list. */
export const positionIn = (cursor: string): string => {
  const position = readCursor(cursor);
  if (position !== null && POSITION.test(position)) return position;
  throw new AppError('invalid-request', safe`The cursor is not one of this list.`, {
    issues: [{ path: 'cursor', message: safe`must be the nextCursor of an earlier answer` }],
  });
};
