const endsInHighSurrogate = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at - 1);
  return code >= 0xd800 && code <= 0xdbff;
};

/** The first `limit` UTF-16 units of a text, one fewer where that would split a surrogate pair. */
export const cutText = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  return text.slice(0, endsInHighSurrogate(text, limit) ? limit - 1 : limit);
};

/** The text in pieces of at most `size` UTF-16 units (at least 2), none of which splits a surrogate pair. */
export const splitText = (text: string, size: number): string[] => {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const piece = cutText(text.slice(at, at + size + 1), size);
    pieces.push(piece);
    at += piece.length;
  }
  return pieces;
};
