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
const MAX_CURSOR_LENGTH = 512;

/** A position as callers carry it: opaque to them, so that its inside may change. */
export const cursorAt = (position: string): string =>
  Buffer.from(JSON.stringify({ after: position })).toString('base64url');

const positionIn = (cursor: string): unknown => {
  try {
    const inside: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return typeof inside === 'object' && inside !== null && 'after' in inside ? inside.after : null;
  } catch {
    return null;
  }
};

/** The position that a cursor holds. Throws `invalid-request` at `cursor` for whatever `cursorAt` has not made. */
export const readCursor = (cursor: string): string => {
  const position = cursor.length > MAX_CURSOR_LENGTH ? null : positionIn(cursor);
  // Written anew and compared, because decoding is lenient.
  if (typeof position === 'string' && POSITION.test(position) && cursorAt(position) === cursor) return position;
  throw new AppError('invalid-request', safe`The cursor is not one of this list.`, {
    issues: [{ path: 'cursor', message: safe`must be the nextCursor of an earlier answer` }],
  });
};
