import { createHash } from 'node:crypto';

/**
 * One text for each JSON value, whatever order the members of its objects were written in; members that are `undefined`
 * are not there, as in JSON. Throws a TypeError for what JSON cannot tell apart (NaN, infinities) or does not have.
 */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      // Not by locale: the text must be the same on every machine.
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) {
    return JSON.stringify(value);
  }
  throw new TypeError('This is no JSON value.');
};

declare const brand: unique symbol;
/** What an answer is kept under; there is no other way to make one, so no tenant can meet another's answers. */
export type CacheKey = string & { readonly [brand]: 'cache-key' };

/** Whose answers they are; raising `cacheVersion` leaves all earlier ones behind. */
export interface CacheTenant {
  readonly tenantId: string;
  readonly cacheVersion: number;
}

/** All that an answer depends on. Whatever is left out here may give one caller the answer to another question. */
export interface CacheParts {
  /** JSON: all of the agent that steers the answer (its name, prompt and tools, output tokens, pattern, …). */
  readonly agent: readonly unknown[];
  readonly provider: string;
  readonly model: string;
  /** JSON: all earlier turns. */
  readonly messages: readonly unknown[];
  /** Compared in NFC and without outer white space: nothing else about a task is known to be without meaning. */
  readonly task: string;
  /** Of the rules that an answer was checked by. */
  readonly policyVersion: string;
  /** The end user, where answers are theirs alone; else `null`. */
  readonly userId: string | null;
}

/** Names a tenant's answer by a SHA-256 over all that it depends on. Tenant ids have no `#`. */
export const cacheKey = ({ tenantId, cacheVersion }: CacheTenant, parts: CacheParts): CacheKey => {
  const { agent, provider, model, messages, policyVersion, userId } = parts;
  const task = parts.task.normalize('NFC').trim();
  const text = canonicalJson([
    ...[tenantId, cacheVersion, agent, provider, model],
    ...[messages, task, policyVersion, userId],
  ]);
  // JSON escapes lone surrogates, so UTF-8 keeps them apart.
  return `${tenantId}#${createHash('sha256').update(text).digest('hex')}` as CacheKey;
};
