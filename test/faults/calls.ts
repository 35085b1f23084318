import { type ScriptedAnswer, status, toolCalls } from '../upstream/answers.ts';
import type { Answer } from './fault.ts';

/** By this id a later request is known to bring the call's result. */
const CALL_ID = 'toolu_of_the_row';

export const INPUT = { expression: '6*7' };

/** A model's call of a tool. */
export const called: ScriptedAnswer = toolCalls([{ name: 'calculate', input: INPUT, id: CALL_ID }]);

const bringsResult = (body: object): boolean => JSON.stringify(body).includes(CALL_ID);

/** The answer to whoever made that call; all others asked again although they had it, and are refused with 400. */
export const toCaller =
  (answer: ScriptedAnswer): Answer =>
  (asked, body) =>
    (bringsResult(body) ? answer : status(400))(asked);

/** The answer to whoever did not make that call: who did is refused with 400. */
export const toOthers =
  (answer: ScriptedAnswer): Answer =>
  (asked, body) =>
    (bringsResult(body) ? status(400) : answer)(asked);
