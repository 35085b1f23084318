import { types } from 'node:util';
import { nameError } from '../../telemetry/describe-error.ts';

/** More than any model reads: beyond it nothing is looked at, so that no result costs more than this to tell. */
const MAX_CHARS = 2_000_000;
/** Deeper than anybody nests on purpose; a call stack holds several times this. */
const MAX_DEPTH = 500;

const CIRCULAR = '[circular]';
const UNREADABLE = '[cannot be shown]';

/** Enough has been written. */
class Full extends Error {}

/** The class of an object, where that is a plain name. */
const classOf = (value: object): string => {
  const { name } = (Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null)?.constructor ?? {};
  return typeof name === 'string' && /^[A-Za-z_$][\w$]{0,60}$/.test(name) ? name : 'object';
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || classOf(value) === 'Object';
};

/** What JSON has no form for, and no form can be made for: an unread response, a promise, a class that shows nothing. */
const isOpaque = (value: object): boolean => !isPlain(value) && Object.keys(value).length === 0;

const bytesIn = (value: object): number | null =>
  ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) ? value.byteLength : null;

/** An object in the form in which it is told: itself, or what stands for it. Throws where it cannot be read. */
const formOf = (value: object): unknown => {
  const bytes = bytesIn(value);
  if (bytes !== null) return `[${bytes} bytes]`;
  if (types.isBoxedPrimitive(value)) return value.valueOf();
  if (types.isNativeError(value)) return `[error: ${nameError(value)}]`;
  if (value instanceof Set) return [...value];
  if (value instanceof Map)
    return [...value.keys()].every((key) => typeof key === 'string') ? Object.fromEntries(value) : [...value];
  return !Array.isArray(value) && isOpaque(value) ? `[${classOf(value)}]` : value;
};

const withToJson = (value: unknown, key: string): unknown => {
  if (typeof value !== 'object' || value === null || bytesIn(value) !== null) return value;
  const { toJSON } = value as { toJSON?: unknown };
  return typeof toJSON === 'function' ? toJSON.call(value, key) : value;
};

/** Writes a value as JSON, and in words what JSON cannot hold. Throws `Full` past so many characters. */
const createWriter = (maxChars: number) => {
  const parts: string[] = [];
  const within: object[] = [];
  let left = maxChars;
  const put = (text: string): void => {
    parts.push(text);
    left -= text.length;
    if (left < 0) throw new Full();
  };
  // As much as there is room for: one text alone may be larger than anything that can be made of it.
  const putText = (text: string): void => put(JSON.stringify(text.length > left ? text.slice(0, left + 1) : text));
  const isLeftOut = (value: unknown) => value === undefined || typeof value === 'function' || typeof value === 'symbol';

  const readable = (read: () => unknown): unknown => {
    try {
      const value = read();
      return typeof value === 'object' && value !== null ? formOf(value) : value;
    } catch {
      return UNREADABLE;
    }
  };

  const putMembers = (value: object): void => {
    if (Array.isArray(value)) {
      put('[');
      for (let at = 0; at < value.length; at += 1) {
        if (at > 0) put(',');
        const item = readable(() => withToJson(value[at], String(at)));
        if (isLeftOut(item)) put('null');
        else write(item);
      }
      put(']');
      return;
    }
    put('{');
    let first = true;
    for (const key of Object.keys(value)) {
      const member = readable(() => withToJson((value as Readonly<Record<string, unknown>>)[key], key));
      if (isLeftOut(member)) continue;
      if (!first) put(',');
      first = false;
      putText(key);
      put(':');
      write(member);
    }
    put('}');
  };

  const write = (value: unknown): void => {
    if (typeof value === 'string') return putText(value);
    if (typeof value === 'bigint') return putText(String(value));
    if (typeof value === 'number') return Number.isFinite(value) ? put(JSON.stringify(value)) : putText(String(value));
    if (typeof value !== 'object' || value === null) return put(String(value));
    if (within.includes(value)) return putText(CIRCULAR);
    if (within.length === MAX_DEPTH) return putText(UNREADABLE);
    within.push(value);
    putMembers(value);
    within.pop();
  };

  return { write: (value: unknown) => write(readable(() => withToJson(value, ''))), text: () => parts.join('') };
};

/** What a result says, and whether that is all of it. */
export interface ResultText {
  readonly text: string;
  readonly isWhole: boolean;
}

const unshown = (what: string): ResultText => ({
  text: `The tool succeeded. Its result cannot be shown (${what}).`,
  isWhole: true,
});

const inOneWord = (result: unknown): ResultText | null => {
  if (result === undefined) return { text: 'done', isWhole: true };
  if (typeof result === 'function' || typeof result === 'symbol') return unshown(typeof result);
  if (typeof result === 'bigint' || (typeof result === 'number' && !Number.isFinite(result)))
    return { text: String(result), isWhole: true };
  if (typeof result !== 'object' || result === null) return null;
  if (types.isNativeError(result)) return unshown(nameError(result));
  const hasForm = result instanceof Map || result instanceof Set || Array.isArray(result) || bytesIn(result) !== null;
  const isTold = hasForm || types.isBoxedPrimitive(result) || 'toJSON' in result;
  return !isTold && isOpaque(result) ? unshown(classOf(result)) : null;
};

/**
 * What a tool has returned, for the model: a string as it is, anything else as JSON, as `JSON.stringify` would write it
 * where it can. What it cannot is put into words: numbers beyond JSON as text, maps as objects, sets as arrays, cycles and
 * bytes in brackets. Never throws, because the tool has done its work. At most so many characters are looked at.
 */
export const resultText = (result: unknown, maxChars = MAX_CHARS): ResultText => {
  if (typeof result === 'string') return { text: result.slice(0, maxChars), isWhole: result.length <= maxChars };
  try {
    const word = inOneWord(result);
    if (word !== null) return word;
    const writer = createWriter(maxChars);
    try {
      writer.write(result);
    } catch (error) {
      if (!(error instanceof Full)) throw error;
      return { text: writer.text().slice(0, maxChars), isWhole: false };
    }
    return { text: writer.text(), isWhole: true };
  } catch {
    return unshown(typeof result);
  }
};
