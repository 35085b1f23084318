import * as z from 'zod/mini';
import { isUsd } from '../money.ts';
import { safe } from '../redacted.ts';

/** What `isUsd` takes, in words. */
export const USD_WORDS = safe`a decimal number of US dollars, 0 or more, with at most 12 digits before the point and 12 after it`;

/** Of a text: US dollars as they are written in JSON, `"0.05"`. */
export const usdForm = z.refine<string>(isUsd, { params: { says: safe`must be ${USD_WORDS}` } });
