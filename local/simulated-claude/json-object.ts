/** Where the object that starts at `start` closes, strings and nested braces respected; `-1` when it never does. */
const closingBrace = (text: string, start: number): number => {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
};

/** The JSON object that starts at `start`, and the place after it; `null` when there is none or it is malformed. */
export const readJsonObject = (text: string, start: number): { value: unknown; end: number } | null => {
  if (text[start] !== '{') return null;
  const close = closingBrace(text, start);
  if (close < 0) return null;
  try {
    return { value: JSON.parse(text.slice(start, close + 1)), end: close + 1 };
  } catch {
    return null;
  }
};
