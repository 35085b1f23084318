import { createHash } from 'node:crypto';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';

declare const brand: unique symbol;
/** A client's key within its tenant; there is no other way to make one, so no tenant can meet another's claims. */
export type ScopedKey = string & { readonly [brand]: 'scoped-key' };

/** The contract's bound, in Unicode code points; at least one. */
export const MAX_KEY_LENGTH = 255;

/**
 * Scopes a key to its tenant. Throws `invalid-request` for an empty key and one of more than 255 characters.
 * The key is hashed, so that any character works and none of a client's own data is stored; tenant ids have no `#`.
 */
export const scopedKey = (tenantId: string, key: string): ScopedKey => {
  const length = Array.from(key).length;
  if (length < 1 || length > MAX_KEY_LENGTH) {
    throw new AppError('invalid-request', safe`The Idempotency-Key is not valid; see errors.`, {
      issues: [{ path: 'Idempotency-Key', message: safe`must have 1 to ${MAX_KEY_LENGTH} characters` }],
    });
  }
  // UTF-16 keeps lone surrogates apart, which UTF-8 would make one and the same.
  return `${tenantId}#${createHash('sha256').update(key, 'utf16le').digest('hex')}` as ScopedKey;
};

/** A key as it was stored by somebody else, who had it from here. */
export const storedKey = (text: string): ScopedKey => text as ScopedKey;
