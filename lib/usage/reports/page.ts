import { readCursor, writeCursor } from '../../kernel/cursor.ts';
import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';

/** A part of what there is, and where the next begins; `null`: nowhere. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly nextCursor: string | null;
}

/** Below the 6 MB of a Lambda answer, in which quotes are escaped once more. */
const MAX_BYTES = 4_000_000;

/** The key that a cursor stands behind; any other text is refused with `invalid-request`. */
const keyIn = (cursor: string): string => {
  const key = readCursor(cursor);
  if (key !== null) return key;
  throw new AppError('invalid-request', safe`The query is not valid; see errors.`, {
    issues: [{ path: 'cursor', message: safe`must be the nextCursor of an earlier answer` }],
  });
};

/** The groups behind `cursor`, in the order of their keys: at most `limit`, and no more than one answer holds. */
export const pageOf = <V, T>(
  groups: ReadonlyMap<string, V>,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | null },
  rowOf: (key: string, value: V) => T,
): Page<T> => {
  const after = cursor === null ? null : keyIn(cursor);
  const left = [...groups].filter(([key]) => after === null || key > after).sort(([a], [b]) => (a < b ? -1 : 1));
  const rows: T[] = [];
  let bytes = 0;
  for (const [key, value] of left.slice(0, limit)) {
    const row = rowOf(key, value);
    bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
    if (rows.length > 0 && bytes > MAX_BYTES) break;
    rows.push(row);
  }
  const last = left[rows.length - 1]?.[0];
  return { rows, nextCursor: rows.length < left.length && last !== undefined ? writeCursor(last) : null };
};
