import type { ToolCall } from './directive.ts';

const PLACE = String.raw`\p{Lu}[\p{L}'’.-]*(?: (?:\p{Lu}|de |la |of |am |an der )[\p{L}'’.-]*)*`;
const NAMED_PLACES = new RegExp(String.raw`\b(?:in|for|at) (${PLACE}(?:(?:, | and (?:in )?)${PLACE})*)`, 'u');
const LOWER_PLACE = /\b(?:in|for|at) ((?:(?!and |or |today|tomorrow|now|right|please|this)[\p{L}'’-]+ ?){1,3})/u;

const weatherCalls = (text: string): ToolCall[] => {
  const about = /\bweather\b/i.exec(text);
  if (!about) return [];
  const after = text.slice(about.index);
  const named = NAMED_PLACES.exec(after)?.[1]?.split(/, | and (?:in )?/);
  const places = named ?? [LOWER_PLACE.exec(after)?.[1] ?? ''];
  return places
    .map((place) => place.trim().replace(/[.]+$/, ''))
    .filter((place) => place !== '')
    .map((location) => ({ name: 'get_weather', input: { location } }));
};

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\bplus\b/gi, '+'],
  [/\bminus\b/gi, '-'],
  [/\b(?:times|multiplied by)\b|×/gi, '*'],
  [/\bdivided by\b|÷/gi, '/'],
];
const DATE = /\b\d{4}-\d{2}-\d{2}\b/g;
/** `20/11/2026`, `10-20`, `555-1234`: digits and signs, but no sum. And two numbers side by side are none either. */
const NO_SUM = /^(?:\d+[-/]\d+[-/]\d+|\d+-\d+)$|[\d.)]\s+[\d(]/;

const isBalanced = (text: string): boolean => {
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
};

const sumCalls = (text: string): ToolCall[] => {
  const written = WORDS.reduce((so, [word, sign]) => so.replace(word, sign), text.replace(DATE, ';'));
  const candidates = written.match(/[\d(][\d.\s()+\-*/^%]{1,2000}/g) ?? [];
  return candidates
    .map((candidate) => candidate.replace(/[\s.+\-*/^(%]+$/, '').trim())
    .filter(
      (candidate) => /[\d)]\s*[-+*/^%]\s*[-(\d]/.test(candidate) && isBalanced(candidate) && !NO_SUM.test(candidate),
    )
    .map((expression) => ({ name: 'calculate', input: { expression } }));
};

const ASKS_TIME =
  /\b(?:what(?:'s|’s| is)? (?:the )?(?:current )?time|time is it|current time|time in|what day|date today)\b/i;

const zoneIn = (text: string): string | undefined => {
  const folded = text.toLowerCase().replaceAll(' ', '_');
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone')].map((zone) => ({
    zone,
    city: zone.split('/').at(-1) ?? zone,
  }));
  const named = zones.find(({ zone }) => zone.includes('/') && folded.includes(zone.toLowerCase()));
  const words = new RegExp(`(?:^|[^a-z])(?:${zones.map(({ city }) => city.toLowerCase()).join('|')})(?=$|[^a-z])`);
  const city = words.exec(folded)?.[0].replace(/^[^a-z]/, '');
  return (named ?? zones.find((each) => each.city.toLowerCase() === city))?.zone;
};

const timeCalls = (text: string): ToolCall[] => {
  if (!ASKS_TIME.test(text)) return [];
  const timeZone = zoneIn(text);
  return [{ name: 'current_time', input: timeZone === undefined ? {} : { timeZone } }];
};

/** The calls that a task suggests by its words, of the tools that are offered. */
export const suggestedCalls = (text: string, offered: ReadonlySet<string>): ToolCall[] =>
  [...weatherCalls(text), ...sumCalls(text), ...timeCalls(text)].filter(({ name }) => offered.has(name));
