import { skipString } from './scan-json.ts';

/**
 * Whether any object of a text that `JSON.parse` takes has a key twice. Readers differ in which of the two counts: what was bounded, priced
 * and allowed here could be another request to whoever reads it next. Linear.
 */
export const hasDuplicateKeys = (json: string): boolean => {
  /** The keys of each object around, `null` for a list. */
  const open: (Set<string> | null)[] = [];
  let isKey = false;
  for (let at = 0; at < json.length; at += 1) {
    const sign = json[at];
    if (sign === '{') open.push(new Set());
    else if (sign === '[') open.push(null);
    else if (sign === '}' || sign === ']') open.pop();
    else if (sign === '"') {
      const end = skipString(json, at);
      const keys = open.at(-1);
      if (isKey && keys) {
        const key = JSON.parse(json.slice(at, end)) as string;
        if (keys.has(key)) return true;
        keys.add(key);
      }
      at = end - 1;
    }
    if (sign === '{' || sign === ',') isKey = open.at(-1) instanceof Set;
    else if (sign === '"' || sign === '[') isKey = false;
  }
  return false;
};
