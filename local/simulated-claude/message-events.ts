import type { ContentBlock, RawContentBlockDelta } from '@anthropic-ai/sdk/resources/messages';
import { splitText } from './split-text.ts';
import { type Answer, deltaUsageOf, messageOf, stopDetailsOf, type TokenCounts, type WireEvent } from './wire.ts';

/** About six tokens: small enough that a short answer streams too, large enough to keep a long one quick. */
const CHUNK_CHARACTERS = 24;

/** An event, and what the answer has cost once it is sent. */
export interface BilledEvent {
  readonly event: WireEvent;
  readonly billed: TokenCounts | null;
}

const deltasOf = (block: ContentBlock): RawContentBlockDelta[] => {
  switch (block.type) {
    case 'text':
      return splitText(block.text, CHUNK_CHARACTERS).map((text) => ({ type: 'text_delta', text }));
    case 'thinking':
      return [
        ...splitText(block.thinking, CHUNK_CHARACTERS).map(
          (thinking) => ({ type: 'thinking_delta', thinking }) as const,
        ),
        { type: 'signature_delta', signature: block.signature },
      ];
    case 'tool_use':
    case 'server_tool_use':
      return ['', ...splitText(JSON.stringify(block.input), CHUNK_CHARACTERS)].map((partial_json) => ({
        type: 'input_json_delta',
        partial_json,
      }));
    default:
      return [];
  }
};

/** The block as it is announced: what its deltas will carry is still empty. */
const emptied = (block: ContentBlock): ContentBlock => {
  switch (block.type) {
    case 'text':
      return { ...block, text: '' };
    case 'thinking':
      return { ...block, thinking: '', signature: '' };
    case 'tool_use':
      return { ...block, input: {} };
    case 'server_tool_use':
      return { ...block, input: {} };
    default:
      return block;
  }
};

/**
 * The events of a streamed answer: `message_start`, `ping`, each block, `message_delta`, `message_stop`.
 * Output is billed in proportion to the deltas sent, at least one token from `message_start` on.
 */
export const messageEvents = (answer: Answer): BilledEvent[] => {
  const { counts } = answer;
  const blocks = answer.content.map((block) => ({ block, deltas: deltasOf(block) }));
  const deltas = blocks.reduce((sum, each) => sum + each.deltas.length, 0);
  const first = Math.min(1, counts.output);
  let sent = 0;
  const billed = (): TokenCounts => ({
    ...counts,
    output: deltas === 0 ? first : Math.max(first, Math.floor((counts.output * sent) / deltas)),
  });
  const start = {
    ...messageOf({ ...answer, content: [], stopReason: 'end_turn', counts: { ...counts, output: first } }),
    stop_reason: null,
    stop_sequence: null,
  };
  const events: BilledEvent[] = [];
  const add = (event: WireEvent) => events.push({ event, billed: billed() });
  add({ type: 'message_start', message: start });
  add({ type: 'ping' });
  for (const [index, { block, deltas }] of blocks.entries()) {
    add({ type: 'content_block_start', index, content_block: emptied(block) });
    for (const delta of deltas) {
      sent += 1;
      add({ type: 'content_block_delta', index, delta });
    }
    add({ type: 'content_block_stop', index });
  }
  const delta = {
    stop_reason: messageOf(answer).stop_reason,
    stop_sequence: answer.stopSequence,
    stop_details: stopDetailsOf(answer),
    container: null,
  };
  events.push({ event: { type: 'message_delta', delta, usage: deltaUsageOf(counts) }, billed: counts });
  events.push({ event: { type: 'message_stop' }, billed: counts });
  return events;
};
