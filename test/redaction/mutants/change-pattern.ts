/** One change of a source: what stands between two places becomes another text. */
export interface Change {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const PARTS = String.raw`\{\d+(?:,\d*)?\}|\(\?(?:[:=!]|<[=!])|[^]`;
const CODES = String.raw`[up]\{[^}]*\}|x[0-9a-f]{2}|u[0-9a-f]{4}`;
/** One token of a pattern: an escape, a bound, the beginning of a group, a character. */
const TOKEN = new RegExp(String.raw`\\(?:${CODES}|[^])|${PARTS}`, 'giu');
/** The same in a string, where the backslashes of a pattern are doubled. */
const TOKEN_IN_STRING = new RegExp(String.raw`\\\\\\\\|\\\\[^\\]|\\(?:${CODES}|[^])|${PARTS}`, 'giu');

/** Counts one less and one more where a pattern still has a meaning. */
const boundChanges = (token: string): string[] => {
  const [, least = '', comma = '', most = ''] = /^\{(\d+)(,?)(\d*)\}$/.exec(token) ?? [];
  const [low, high] = [Number(least), Number(most)];
  if (comma === '') return [`{${low - 1}}`, `{${low + 1}}`];
  const lower = low > 0 ? [`{${low - 1},${most}}`] : [];
  if (most === '') return [...lower, `{${low + 1},}`];
  return [
    ...lower,
    ...(low < high ? [`{${low + 1},${most}}`, `{${least},${high - 1}}`] : []),
    `{${least},${high + 1}}`,
  ];
};

const QUANTIFIERS: Readonly<Record<string, readonly string[]>> = { '*': ['+'], '+': ['*'], '?': ['', '{0}'] };

interface Group {
  /** Undefined: it begins before this part of the pattern. */
  readonly open: number | undefined;
  readonly look: boolean;
  readonly bars: number[];
}

/** Each alternative of a group left out; `close` undefined: the group ends behind this part of the pattern. */
const withoutAlternatives = ({ open, bars }: Group, close: number | undefined): Change[] => {
  const begins = open === undefined || bars.length === 0 ? [] : [{ from: open, to: (bars[0] ?? 0) + 1, text: '' }];
  const others = bars.flatMap((bar, at): Change[] => {
    const to = bars[at + 1] ?? close;
    return to === undefined ? [] : [{ from: bar, to, text: '' }];
  });
  return [...begins, ...others];
};

/** The changes within `[…]`: each of its characters and ranges left out, and its `^`. */
const classChanges = (tokens: readonly RegExpExecArray[]): Change[] => {
  const isNegated = tokens[1]?.[0] === '^';
  const inner = tokens.slice(isNegated ? 2 : 1, -1);
  const parts: Change[] = [];
  for (let at = 0; at < inner.length; at += 1) {
    const isRange = inner[at + 1]?.[0] === '-' && at + 2 < inner.length;
    const [first, last] = [inner[at], inner[isRange ? at + 2 : at]];
    if (first !== undefined && last !== undefined)
      parts.push({ from: first.index, to: last.index + last[0].length, text: '' });
    if (isRange) at += 2;
  }
  const [, sign] = tokens;
  const unsigned = isNegated && sign !== undefined ? [{ from: sign.index, to: sign.index + 1, text: '' }] : [];
  return [...(parts.length > 1 ? parts : []), ...unsigned];
};

/** The one-spot changes of a pattern, or of a part of one, by places in its source. */
export const changesOfPattern = (source: string, isWhole: boolean, isString: boolean): Change[] => {
  const tokens = [...source.matchAll(isString ? TOKEN_IN_STRING : TOKEN)];
  const changes: Change[] = [];
  const groups: Group[] = [{ open: isWhole ? 0 : undefined, look: false, bars: [] }];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) break;
    const [[text], from] = [token, token.index];
    const change = (to: string) => changes.push({ from, to: from + text.length, text: to });
    if (text === '[') {
      const end = tokens.findIndex((other, place) => place > at && other[0] === ']');
      changes.push(...classChanges(tokens.slice(at, end + 1)));
      at = Math.max(at, end);
    } else if (/^\{\d/.test(text)) for (const to of boundChanges(text)) change(to);
    else if (text.startsWith('(')) groups.push({ open: from + text.length, look: /^\(\?<?[=!]/.test(text), bars: [] });
    else if (text === '|') groups.at(-1)?.bars.push(from);
    else if (text === ')') {
      const group = groups.pop() ?? { open: undefined, look: false, bars: [] };
      changes.push(...withoutAlternatives(group, from));
      if (group.look && group.open !== undefined)
        changes.push({ from: source.lastIndexOf('(', group.open - 1), to: from + 1, text: '' });
    } else if (text === '^' || text === '$' || /^\\{1,2}b$/.test(text)) change('');
    else for (const to of QUANTIFIERS[text] ?? []) change(to);
  }
  for (const group of groups) changes.push(...withoutAlternatives(group, isWhole ? source.length : undefined));
  return changes;
};
