import type { Directive, Effect } from './directive.ts';
import type { TokenCounts } from './wire.ts';

type Parameters = ReadonlyMap<string, string>;

const DEFAULT_PING_MS = 1000;
/** Longer waits than this are a slip of the pen; `[[hang]]` waits for ever. */
const MAX_MS = 3_600_000;

/** Some 12,000 tokens. */
const MAX_COUNT = 10_000;

const integer = (text: string | undefined, min: number, max: number): number | null => {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return null;
  const value = Number(text);
  return value >= min && value <= max ? value : null;
};

const STOP_REASONS = new Set([
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
]);

const COUNTS: Readonly<Record<string, keyof TokenCounts>> = {
  in: 'input',
  out: 'output',
  read: 'read',
  write5m: 'write5m',
  write1h: 'write1h',
};

const readCounts = (argument: string): Partial<TokenCounts> | null => {
  const counts: Partial<Record<keyof TokenCounts, number>> = {};
  for (const pair of argument.split(',')) {
    const [name = '', value] = pair.split('=');
    const key = Object.hasOwn(COUNTS, name) ? COUNTS[name] : undefined;
    const count = integer(value, 0, 100_000_000);
    if (key === undefined || count === null) return null;
    counts[key] = count;
  }
  return counts;
};

const RETRY_HEADERS = ['retry-after', 'retry-after-ms'];

const effectOf = (name: string, argument: string | undefined, parameters: Parameters): Effect | null => {
  switch (name) {
    case 'fault': {
      const status = integer(argument, 400, 599);
      const headers = Object.fromEntries([...parameters].filter(([key]) => RETRY_HEADERS.includes(key)));
      return status === null ? null : { kind: 'fault', status, headers };
    }
    case 'hang':
    case 'revise':
      return argument === undefined ? { kind: name } : null;
    case 'delay':
    case 'gap':
    case 'over': {
      const ms = integer(argument, 0, MAX_MS);
      return ms === null ? null : { kind: name, ms };
    }
    case 'cut':
    case 'end':
    case 'stall':
    case 'malformed':
    case 'overloaded': {
      const after = integer(argument ?? '0', 0, 1_000_000);
      return after === null ? null : { kind: name, after };
    }
    case 'pings': {
      const everyMs = integer(argument ?? String(DEFAULT_PING_MS), 1, MAX_MS);
      return everyMs === null ? null : { kind: 'pings', everyMs };
    }
    case 'stop':
      return STOP_REASONS.has(argument ?? '') ? { kind: 'stop', reason: argument ?? '' } : null;
    case 'count': {
      const to = integer(argument, 1, MAX_COUNT);
      return to === null ? null : { kind: name, to };
    }
    case 'tokens': {
      const counts = readCounts(argument ?? '');
      return counts && { kind: 'tokens', counts };
    }
    default:
      return null;
  }
};

const PLAIN = /\[\[([a-z]+)(?::([\w=,]+))?((?: +[a-z-]+=[\w.:-]+)*)\]\]/y;
const COMMON = ['times', 'model', 'id', 'turn'];

/** A directive of the form `[[name:argument key=value …]]` that starts at `start`; `null` when it is malformed. */
export const readPlain = (text: string, start: number): { directive: Directive; end: number } | null => {
  PLAIN.lastIndex = start;
  const [source, name = '', argument, rest = ''] = PLAIN.exec(text) ?? [];
  if (source === undefined) return null;
  const pairs = rest.split(' ').filter((pair) => pair !== '');
  const parameters = new Map(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
  const allowed = name === 'fault' ? [...COMMON, ...RETRY_HEADERS] : COMMON;
  const effect = effectOf(name, argument, parameters);
  const number = (key: string) => integer(parameters.get(key), 1, 1_000_000);
  const [times, turn] = [number('times'), number('turn')];
  const isWrong = (key: string) => parameters.has(key) && number(key) === null;
  const isUnknown = [...parameters.keys()].some((key) => !allowed.includes(key));
  if (!effect || isWrong('times') || isWrong('turn') || isUnknown) return null;
  const directive = { source, effect, times, turn, model: parameters.get('model') ?? null };
  return { directive, end: start + source.length };
};
