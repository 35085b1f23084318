/** A text, and what becomes of it. */
export type Edge = readonly [text: string, redacted: string];
