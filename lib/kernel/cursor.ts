/** Above any cursor that was made here: a group of usage is named by an end user, of 256 characters or 1.5 KB in JSON. */
const MAX_CURSOR_CHARS = 4_096;

/** Where a list goes on, as callers hold it: opaque to them, so that its inside may change. */
export const writeCursor = (after: string): string => Buffer.from(JSON.stringify({ after })).toString('base64url');

/** What `writeCursor` was given; `null` for whatever it has not made. */
export const readCursor = (cursor: string): string | null => {
  if (cursor.length > MAX_CURSOR_CHARS) return null;
  try {
    const { after } = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as { readonly after?: unknown };
    // Written anew and compared, because decoding is lenient.
    return typeof after === 'string' && writeCursor(after) === cursor ? after : null;
  } catch {
    return null;
  }
};
