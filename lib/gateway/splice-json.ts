import { membersOf } from './scan-json.ts';

type Members = Readonly<Record<string, unknown>>;

/** The members that differ, by the new text of their value; `null` for those that are gone. */
const editsOf = (before: Members, after: Members): Map<string, string | null> => {
  const known = new Map(Object.entries(before));
  const next = new Map(Object.entries(after));
  const edits = new Map<string, string | null>();
  for (const [key, value] of next) {
    if (known.has(key) && Object.is(known.get(key), value)) continue;
    // JSON can't say undefined: a member that is, is gone.
    edits.set(key, value === undefined ? null : JSON.stringify(value));
  }
  for (const key of known.keys()) if (!next.has(key)) edits.set(key, null);
  return edits;
};

/**
 * `raw` with only those members edited that are not the very same in `before` and `after`; every other byte stays as it is.
 * `before` is what `JSON.parse` makes of `raw`, an object. Of a key that stands there twice the last one counts, and an edit leaves one.
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
    const text = edits.get(key);
    const separator = isEmpty ? '' : raw.slice(end, start);
    end = memberEnd;
    if (text === undefined) spliced += separator + raw.slice(start, memberEnd);
    else if (text === null || lastOf.get(key) !== at) continue;
    else spliced += separator + raw.slice(start, valueStart) + text;
    isEmpty = false;
  }
  for (const [key, text] of edits) {
    if (text === null || lastOf.has(key)) continue;
    spliced += `${isEmpty ? '' : ','}${JSON.stringify(key)}:${text}`;
    isEmpty = false;
  }
  return spliced + raw.slice(end);
};
