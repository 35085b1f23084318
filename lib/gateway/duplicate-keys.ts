const BACKSLASH = 92;

/** Where the string that begins before `from` ends: a quote behind an odd number of backslashes is a part of it. */
const endOfString = (json: string, from: number): number => {
  for (let end = json.indexOf('"', from); ; end = json.indexOf('"', end + 1)) {
    let before = end;
    while (before > from && json.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 0) return end;
  }
};

/**
 * Whether any object of a text that `JSON.parse` takes has a key twice. Readers differ in which of the two counts: what was bounded, priced
 * and allowed here could be another request to whoever reads it next. Linear.
 */
export const hasDuplicateKeys = (json: string): boolean => {
  const open: (Set<string> | null)[] = [];
  let isKey = false;
  for (let at = 0; at < json.length; at += 1) {
    const sign = json[at];
    if (sign === '{') open.push(new Set());
    else if (sign === '[') open.push(null);
    else if (sign === '}' || sign === ']') open.pop();
    else if (sign === '"') {
      const end = endOfString(json, at + 1);
      const keys = open.at(-1);
      if (isKey && keys) {
        const key = JSON.parse(json.slice(at, end + 1)) as string;
        if (keys.has(key)) return true;
        keys.add(key);
      }
      at = end;
    }
    if (sign === '{' || sign === ',') isKey = open.at(-1) instanceof Set;
    else if (sign === '"' || sign === '[') isKey = false;
  }
  return false;
};
