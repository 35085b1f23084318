import type { ModelRequest } from './types.ts';

/**
 * UTF-16 units to a token that no prompt reaches: English prose has about four, other scripts and code fewer. Only long
 * runs of one character, blanks above all, could.
 */
const MOST_UNITS_PER_TOKEN = 8;

/**
 * Pictures and pages cost by their size, and what is encrypted or signed by what it stands for: not by their
 * characters.
 */
const NOT_READ = new Set([
  'data',
  'encrypted_content',
  'encrypted_index',
  'encrypted_stdout',
  'file_id',
  'signature',
  'url',
]);

const unitsOf = (value: unknown): number => {
  if (typeof value === 'string') return value.length;
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + unitsOf(each), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [name, each]) => sum + (NOT_READ.has(name) ? 0 : unitsOf(each)), 0);
};

/** A prompt has no fewer input tokens than this, as far as it is text; what is no text counts as none. */
export const leastTokens = ({ system, tools, messages }: Pick<ModelRequest, 'system' | 'tools' | 'messages'>): number =>
  Math.floor(unitsOf([system, tools, messages]) / MOST_UNITS_PER_TOKEN);
