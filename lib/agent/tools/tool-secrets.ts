import { AppError } from '../../kernel/errors.ts';
import { label, safe } from '../../kernel/redacted.ts';
import { ownMember } from '../../secrets/key-value.ts';
import type { Secret } from '../../secrets/loader.ts';
import type { Tool } from '../define/define-tool.ts';

/** What one call of a tool may know: the secrets that the tool declares, and which of them it was given. */
export interface ToolSecrets {
  /**
   * The value, without white space around it. Rejects with `internal` for one that the tool does not declare, and with
   * SecretUnavailable where it has no value.
   */
  get(name: string): Promise<string>;
  /** Reads it anew: whoever it opens has refused it. Rejects as `get` does. */
  refresh(name: string): Promise<string>;
  /** The text without the values that were given: whoever answers a tool may quote what it was sent. */
  removeFrom(text: string): string;
}

/** A secret that a tool declares has no value, or cannot be loaded: nothing was sent. Logs name this error. */
export class SecretUnavailable extends Error {
  override readonly name = 'SecretUnavailable';
}

/** A shorter value would be found in words that have nothing to do with it. */
const LEAST_CHARS = 8;

export const createToolSecrets = (
  { secrets }: Pick<Tool, 'secrets'>,
  secretOf: (name: string) => Secret,
): ToolSecrets => {
  const given = new Set<string>();
  const read = async (name: string, how: 'get' | 'refresh'): Promise<string> => {
    if (!Object.hasOwn(secrets, name))
      throw new AppError('internal', safe`A tool asked for the secret ${label(name)}, which it does not declare.`);
    const loading = secretOf(name)[how]();
    const loaded = await loading.catch((cause: unknown) => {
      throw new SecretUnavailable(`The secret ${name} of a tool cannot be loaded.`, { cause });
    });
    // A file that is uploaded ends with a new line, which no header sends and no answer quotes.
    const value = ownMember(loaded.trim(), name);
    if (value === '') throw new SecretUnavailable(`The secret ${name} of a tool is blank.`);
    given.add(value);
    return value;
  };
  return {
    get: (name) => read(name, 'get'),
    refresh: (name) => read(name, 'refresh'),
    removeFrom(text) {
      let rest = text;
      // The longest first: a rotated value may begin with the one before it.
      for (const value of [...given].sort((a, b) => b.length - a.length)) {
        if (value.length < LEAST_CHARS) continue;
        // As it is, and as it stands inside JSON.
        for (const form of [value, JSON.stringify(value).slice(1, -1)]) rest = rest.replaceAll(form, '[SECRET]');
      }
      return rest;
    },
  };
};
