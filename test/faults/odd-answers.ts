import { insertedBefore } from '../../local/simulated-claude/faults.ts';
import type { Step } from '../../local/simulated-claude/steps.ts';
import { encodeEvent } from '../../local/simulated-claude/wire.ts';
import { reply, type ScriptedAnswer } from '../upstream/answers.ts';
import { called, INPUT, toOthers } from './calls.ts';
import { answered, ASKED, everywhere, type Fault, fault, once, passedOn } from './fault.ts';

/** As a model writes that is not held to JSON. */
const AFTERTHOUGHT = ', or {"expression":"7*6"}';

/** Calls a tool with an input that adds up to no JSON. */
const noJson: ScriptedAnswer = (asked) => {
  const delta = { type: 'input_json_delta', partial_json: AFTERTHOUGHT } as const;
  const bytes = encodeEvent({ type: 'content_block_delta', index: 0, delta });
  const extra: Step = { do: 'send', bytes, piece: 'afterthought', billed: null };
  return insertedBefore(called(asked), (piece) => piece === 'content_block_stop', [extra]);
};
const AS_WRITTEN = passedOn(`${JSON.stringify(INPUT)}${AFTERTHOUGHT}`, 'tool_use');

/** The answer with another `usage` at its end; `undefined`: none. */
const counting =
  (usage: unknown, answer: ScriptedAnswer): ScriptedAnswer =>
  (asked) =>
    [...answer(asked)].map((step) => {
      if (step.do !== 'send' || step.piece !== 'message_delta') return step;
      const [, data = ''] = /^data: (.*)$/m.exec(String(step.bytes)) ?? [];
      const event = { ...(JSON.parse(data) as object), usage };
      return { ...step, bytes: `event: message_delta\ndata: ${JSON.stringify(event)}\n\n` };
    });

const counted = (name: string, usage: unknown): Fault =>
  fault({
    name: `a last usage ${name}`,
    script: (text) => ({ [ASKED]: [counting(usage, reply(text))] }),
    expected: answered(ASKED),
    attempts: { [ASKED]: 1 },
  });

/** Answers that come to their end, and are not what they should be. */
export const ODD_ANSWERS: readonly Fault[] = [
  once('a tool input that is no JSON', noJson, {
    seen: true,
    script: (text) => ({ [ASKED]: [noJson, toOthers(reply(text))] }),
    ...AS_WRITTEN,
  }),
  everywhere('a tool input that is no JSON', noJson, 'upstream-error', AS_WRITTEN),
  counted('that is missing', undefined),
  counted('that is null', null),
  counted('of no counts', { input_tokens: null, output_tokens: '20', cache_read_input_tokens: [] }),
];
