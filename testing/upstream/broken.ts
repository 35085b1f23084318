import * as faults from '../../local/simulated-claude/faults.ts';
import type { Step } from '../../local/simulated-claude/steps.ts';
import { errorTypeOf } from '../../local/simulated-claude/wire.ts';
import type { ScriptedAnswer } from './answers.ts';
import type { Gate } from './gate.ts';

/*
 * Each takes an answer and gives back the same answer with something wrong. They nest.
 * `after` and `before` count events from 0: message_start, ping, content_block_start, and so on.
 * A JSON answer counts as two pieces, and is broken in its middle at the latest.
 */

const changed =
  (answer: ScriptedAnswer, change: (steps: Iterable<Step>) => Iterable<Step>): ScriptedAnswer =>
  (asked) =>
    change(answer(asked));

/** A torn connection once `after` events are sent. */
export const resetAfter = (after: number, answer: ScriptedAnswer): ScriptedAnswer =>
  changed(answer, (steps) => faults.brokenAfter(steps, after, [{ do: 'reset' }]));

/** A stream that ends cleanly, too early. */
export const endAfter = (after: number, answer: ScriptedAnswer): ScriptedAnswer =>
  changed(answer, (steps) => faults.brokenAfter(steps, after, [{ do: 'end' }]));

/** Silence on an open connection. */
export const stallAfter = (after: number, answer: ScriptedAnswer): ScriptedAnswer =>
  changed(answer, (steps) => faults.brokenAfter(steps, after, [{ do: 'hold' }]));

/** `message_start`, then pings for ever. */
export const pingsOnly = (everyMs: number, answer: ScriptedAnswer): ScriptedAnswer =>
  changed(answer, (steps) => faults.pingsOnly(steps, everyMs));

/** One event with data that is no JSON. */
export const malformedAfter = (after: number, answer: ScriptedAnswer): ScriptedAnswer =>
  changed(answer, (steps) => faults.malformedAfter(steps, after));

/** An error event, of the type that goes with `status`; a JSON answer has that status. */
export const errorEventAfter =
  (after: number, answer: ScriptedAnswer, status = 529, message = `scripted ${status}`): ScriptedAnswer =>
  (asked) =>
    faults.errorEventAfter(answer(asked), after, { status, type: errorTypeOf(status), message }, asked.requestId);

/** The stream without its events of one type, such as `message_stop`. */
export const withoutEvent = (type: string, answer: ScriptedAnswer): ScriptedAnswer =>
  changed(answer, (steps) => [...steps].filter((step) => step.do !== 'send' || step.piece !== type));

/** A pause before the first content, after `message_start` and `ping`. */
export const slowFirstContent = (ms: number, answer: ScriptedAnswer): ScriptedAnswer =>
  changed(answer, (steps) => faults.beforeContent(steps, [{ do: 'wait', ms }]));

/** Nothing, not even a status, before the gate opens. */
export const gatedHeaders = (gate: Gate, answer: ScriptedAnswer): ScriptedAnswer =>
  changed(answer, (steps) => [{ do: 'await', arrive: gate.arrive }, ...steps]);

/** `before` events, then nothing before the gate opens. */
export const gatedBefore = (before: number, gate: Gate, answer: ScriptedAnswer): ScriptedAnswer =>
  changed(answer, (steps) =>
    faults.insertedBefore(steps, (_piece, index) => index === before, [{ do: 'await', arrive: gate.arrive }]),
  );

const slices = function* (steps: Iterable<Step>, size: number): Generator<Step> {
  for (const step of steps) {
    const bytes = step.do === 'send' ? Buffer.from(step.bytes) : Buffer.alloc(0);
    let at = 0;
    for (; step.do === 'send' && at + size < bytes.length; at += size) {
      yield { do: 'send', bytes: bytes.subarray(at, at + size), piece: 'part', billed: null };
    }
    yield step.do === 'send' ? { ...step, bytes: bytes.subarray(at) } : step;
  }
};

/** The same bytes in chunks of `size`, whatever they split. Outermost: it changes what counts as a piece. */
export const inChunksOf = (size: number, answer: ScriptedAnswer): ScriptedAnswer =>
  changed(answer, (steps) => slices(steps, size));
