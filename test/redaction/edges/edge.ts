/** A text, and what becomes of it. */
export type Edge = readonly [text: string, redacted: string];

/** A text in which nothing is a secret. */
export const kept = (text: string): Edge => [text, text];

/** A secret of this label between what stands before and behind it. */
export const foundAs =
  (label: string) =>
  (before: string, secret: string, after = ''): Edge => [
    `${before}${secret}${after}`,
    `${before}[REDACTED_${label}]${after}`,
  ];
