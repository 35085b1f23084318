import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages/messages';
import { createAssembly } from '../../lib/model-call/attempt/assemble-message.ts';
import { createMeter } from '../../lib/model-call/metering/meter.ts';

/** A part of an event as the upstream says it. */
export type Said = Record<string, unknown>;

const HEAD = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-5-5', content: [] };
const USAGE = { input_tokens: 9, output_tokens: 1, cache_read_input_tokens: 5, service_tier: 'standard' };

export const start = (more: Said = {}) => ({
  type: 'message_start',
  message: { ...HEAD, stop_reason: null, stop_sequence: null, usage: USAGE, ...more },
});
export const begin = (index: number, block: Said) => ({ type: 'content_block_start', index, content_block: block });
export const grow = (index: number, type: string, more: Said) => ({
  type: 'content_block_delta',
  index,
  delta: { type, ...more },
});
export const stop = (index: number) => ({ type: 'content_block_stop', index });
export const end = (delta: Said = {}, usage: Said = {}, beside: Said = {}) => ({
  type: 'message_delta',
  ...beside,
  delta: { stop_reason: 'end_turn', stop_sequence: null, ...delta },
  usage: { output_tokens: 7, ...usage },
});

/** As parsed from the wire: nothing is shared, and members may have any name. */
export const parse = (event: Said) => JSON.parse(JSON.stringify(event)) as RawMessageStreamEvent;

/** The message that the events make, and the tokens that its text alone would be estimated at. */
export const assemble = (...events: readonly Said[]) => {
  const meter = createMeter();
  const assembly = createAssembly(meter);
  for (const event of events) assembly.apply(parse(event));
  return { ...assembly.message(), written: meter.tokens(false).outputTokens };
};
