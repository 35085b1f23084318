import { type Redacted, safe } from '../../kernel/redacted.ts';
import { skipString } from './scan-json.ts';

/** More than any tool's schema needs, and far from where code that calls itself for each level runs out of stack. */
const MAX_LEVELS = 500;

/**
 * Why a text that `JSON.parse` takes is not taken here all the same, or `null`. An object with a key twice: readers
 * differ in which of the two counts, so that what was bounded, priced and allowed here could be another request to
 * whoever reads it next. Objects and lists in more than 500 levels. Linear.
 */
export const jsonFlaw = (json: string): Redacted | null => {
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
        if (keys.has(key)) return safe`has an object with the same key twice`;
        keys.add(key);
      }
      at = end - 1;
    }
    if (open.length > MAX_LEVELS) return safe`must be nested at most ${MAX_LEVELS} levels deep`;
    if (sign === '{' || sign === ',') isKey = open.at(-1) instanceof Set;
    else if (sign === '"' || sign === '[') isKey = false;
  }
  return null;
};
