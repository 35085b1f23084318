import { objectOf } from '../usage/json.ts';

/** What a block, a tool or an edit of a request calls itself, known or not; `undefined` as text where it does not. */
export const typeOf = (value: unknown): string => String(objectOf(value)['type']);
