import * as z from 'zod/mini';
import { usdForm } from '../kernel/forms/usd.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';

const MAX_NAME_CHARS = 128;
/** Far above any provider's own limit; small enough that a limiter's arithmetic on it stays exact. */
const MAX_PER_MINUTE = 1_000_000;

/** What a refused field is told, beside zod's own reasons. */
export const says = (message: Redacted) => ({ params: { says: message } });

/** A field that may be left out, or be `null`; both mean its default, which for a limit is none. */
export const limit = <Schema extends z.core.$ZodType>(schema: Schema) => z.optional(z.nullable(schema));

/** How many a minute; 0 lets nothing pass. */
export const perMinute = limit(z.int().check(z.minimum(0), z.maximum(MAX_PER_MINUTE)));

// What a refinement bounds, JSON schema cannot see: it is said once more, for the API's description.
const usd = z.string().check(usdForm).register(z.globalRegistry, { pattern: '^\\d{1,12}(\\.\\d{1,12})?$' });

/** US dollars of a budget; 0 lets nothing pass. */
export const budgetUsd = limit(usd);

/** What people call a thing: shown in lists and terminals, so it has no controls and nothing that UTF-8 cannot carry. */
export const displayName = z.string().check(
  z.minLength(1),
  z.maxLength(MAX_NAME_CHARS),
  z.refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), says(safe`must not contain control characters`)),
);

/** The name of a model, agent or tool; whether there is one of that name is checked apart. */
export const reference = z.string().check(z.minLength(1), z.maxLength(MAX_NAME_CHARS));
