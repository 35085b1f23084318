import { randomBytes } from 'node:crypto';
import { rawStream } from '../../upstream/answers.ts';

const event = (type: string, data: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

const MESSAGE = {
  id: 'msg_large',
  type: 'message',
  role: 'assistant',
  model: 'claude-haiku-5-5',
  content: [],
  stop_reason: null,
  stop_sequence: null,
};

/** An answer that fills more than an item however it is packed, in one piece. */
export const largeAnswer = rawStream([
  event('message_start', { message: { ...MESSAGE, usage: { input_tokens: 100, output_tokens: 1 } } }),
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  event('content_block_delta', {
    index: 0,
    delta: { type: 'text_delta', text: randomBytes(320 * 1_024).toString('hex') },
  }),
  event('content_block_stop', { index: 0 }),
  event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 20 } }),
  event('message_stop'),
]);
