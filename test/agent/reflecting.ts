import { defineTool, z } from 'ballast';
import { type RunStream, silentStream } from '../../lib/agent/loop/run-stream.ts';
import { fault } from '../../lib/model-call/faults.ts';
import type { ModelRequest } from '../../lib/model-call/provider.ts';
import type { Outcome } from '../../lib/model-call/types.ts';
import { NO_TOKENS } from '../../lib/usage/record.ts';
import { answer, runParts, type RunPartsOptions, type Script, text } from './run-parts.ts';

export const metered = { tokens: NO_TOKENS, estimated: null, firstContentMs: null, upstreamRequestId: null };
export const failing = (kind: Parameters<typeof fault>[0], partial = ''): Outcome => ({
  ok: false,
  fault: fault(kind),
  metered,
  partial,
});
const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'It is 391.' });

export const draft = answer([text('The draft.')]);
export const revised = answer([text('The revision.')]);
export const approval = answer([text('APPROVED')]);
export const remarks = answer([text('REVISE\n1. The sum is wrong.')]);

/** What a reviewer was told. */
export const promptOf = (request: ModelRequest | undefined): string => {
  const content = request?.messages[0]?.content;
  if (typeof content !== 'string') throw new Error('no prompt');
  return content;
};

/** The text that a caller who listens has in the end, by the contract: a reset voids what came since the last `model.started`. */
const listener = () => {
  const heard = { text: '', events: [] as string[] };
  let since = 0;
  const stream: RunStream = {
    ...silentStream,
    modelStarted() {
      since = heard.text.length;
      heard.events.push('model.started');
    },
    text(delta) {
      heard.text += delta;
    },
    reset() {
      heard.text = heard.text.slice(0, since);
      heard.events.push('text.reset');
    },
  };
  return { heard, stream };
};

/** An agent by reflection whose model answers by script, and tells its text while it does. */
export const reflecting = (script: readonly (Outcome | Script)[], options: RunPartsOptions = {}) => {
  const { heard, stream } = listener();
  const steps: number[] = [];
  const spoken = script.map((next): Script => async (request, context) => {
    steps.push(context.step);
    const outcome = typeof next === 'function' ? await next(request, context) : next;
    const said = outcome.ok
      ? outcome.message.content.map((block) => ('text' in block ? block.text : ''))
      : [outcome.partial ?? ''];
    for (const delta of said) context.listener.sink.text(delta);
    return outcome;
  });
  return { heard, steps, ...runParts(spoken, { pattern: 'reflection', stream, tools: [look], ...options }) };
};
