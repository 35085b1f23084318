import { reserialised } from './reserialised.ts';
import { membersOf } from './scan-json.ts';

type Members = Readonly<Record<string, unknown>>;

/** The members that differ, by their new value; `undefined`, which JSON can't say, for those that are gone. */
const editsOf = (before: Members, after: Members): Map<string, unknown> => {
  const known = new Map(Object.entries(before));
  const next = new Map(Object.entries(after));
  const edits = new Map<string, unknown>();
  for (const [key, value] of next) if (!known.has(key) || !Object.is(known.get(key), value)) edits.set(key, value);
  for (const key of known.keys()) if (!next.has(key)) edits.set(key, undefined);
  return edits;
};

/**
 * `raw` with only those members edited that are not the very same in `before` and `after`; every other byte stays as
 * it is, in what an edited member keeps of its turns and blocks too. `before` is what `JSON.parse` makes of `raw`, an
 * object. Of a key that stands there twice the last one counts, and an edit leaves one.
 */
export const spliceMembers = (raw: string, before: Members, after: Members): string => {
  const edits = editsOf(before, after);
  if (edits.size === 0) return raw;
  const members = membersOf(raw);
  const lastOf = new Map(members.map(({ key }, at) => [key, at]));
  const first = members[0]?.start ?? raw.indexOf('{') + 1;

  let spliced = raw.slice(0, first);
  let end = first;
  let isEmpty = true;
  for (const [at, { key, start, valueStart, end: memberEnd }] of members.entries()) {
    const value = edits.get(key);
    const separator = isEmpty ? '' : raw.slice(end, start);
    end = memberEnd;
    if (!edits.has(key)) spliced += separator + raw.slice(start, memberEnd);
    else if (value === undefined || lastOf.get(key) !== at) continue;
    else {
      const had = { text: raw.slice(valueStart, memberEnd), value: new Map(Object.entries(before)).get(key) };
      spliced += separator + raw.slice(start, valueStart) + reserialised(value, had);
    }
    isEmpty = false;
  }
  for (const [key, value] of edits) {
    if (value === undefined || lastOf.has(key)) continue;
    spliced += `${isEmpty ? '' : ','}${JSON.stringify(key)}:${JSON.stringify(value)}`;
    isEmpty = false;
  }
  return spliced + raw.slice(end);
};
