import { elementTexts, membersOf } from './scan-json.ts';

/** A value and the text that it was parsed from. */
interface Written {
  readonly text: string;
  readonly value: unknown;
}

/**
 * As deep as a request is ever changed: the turns, a turn, its content, a block. What is below goes with what it is
 * in.
 */
const DEPTH = 4;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The texts of all objects and lists in a value that far down, by themselves. */
const textsOf = ({ text, value }: Written, depth = DEPTH, texts = new Map<object, string>()): Map<object, string> => {
  if (!isObject(value)) return texts;
  texts.set(value, text);
  if (depth === 0) return texts;
  const parts: Written[] = Array.isArray(value)
    ? elementTexts(text).map((part, at) => ({ text: part, value: value[at] as unknown }))
    : membersOf(text).map(({ key, valueStart, end }) => ({
        text: text.slice(valueStart, end),
        value: (value as Readonly<Record<string, unknown>>)[key],
      }));
  for (const part of parts) textsOf(part, depth - 1, texts);
  return texts;
};

/**
 * A value in JSON, each object and list in it that is the very same as in what it was made from in that one's own
 * text: a number of more digits than JavaScript keeps, an escape, a blank.
 */
export const reserialised = (value: unknown, from: Written): string => {
  const texts = textsOf(from);
  const write = (part: unknown): string => {
    if (!isObject(part)) return JSON.stringify(part);
    const text = texts.get(part);
    if (text !== undefined) return text;
    if (Array.isArray(part)) return `[${part.map(write).join(',')}]`;
    const members = Object.entries(part).filter(([, member]) => member !== undefined);
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${write(member)}`).join(',')}}`;
  };
  return write(value);
};
