import { reply } from '../upstream/answers.ts';

/** None of it may be left in any answer. */
export const BROKEN_TEXT = 'Of this attempt nothing may be left, however much of it a client has read so far. ';

/** The answer of an attempt that something happens to: events enough to break it anywhere. */
export const broken = reply(BROKEN_TEXT.repeat(2));

/** Events before the first content: `message_start` and `ping`. */
export const BEFORE = 2;
/** Events up to the second piece of content. */
export const AMID = 5;
