import { mismatches } from './document.ts';

type Json = Readonly<Record<string, unknown>>;

const fieldOf = (block: string, name: string): string =>
  block
    .split(/\r?\n/)
    .filter((line) => line.startsWith(`${name}:`))
    .map((line) => line.slice(name.length + 1).replace(/^ /, ''))
    .join('\n');

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** What of a stream, as far as it came, is not as its schema describes events: `contentSchema` has their data by name. */
export const eventFaults = (schema: Json, text: string): readonly string[] =>
  text
    .split(/\r?\n\r?\n/)
    .slice(0, -1)
    .flatMap((block) => {
      const event = fieldOf(block, 'event');
      if (event === '') return [];
      const data = { [event]: parsed(fieldOf(block, 'data')) };
      return mismatches(schema['contentSchema'] as Json, data);
    });
