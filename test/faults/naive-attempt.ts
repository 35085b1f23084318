import Anthropic from '@anthropic-ai/sdk';
import type { Message } from '@anthropic-ai/sdk/resources/messages';
import { fault, kindOfStatus } from '../../lib/model-call/faults.ts';
import type { Attempt } from '../../lib/model-call/types.ts';
import { NO_TOKENS } from '../../lib/usage/record.ts';

const METERED = { tokens: NO_TOKENS, estimated: null, firstContentMs: null, upstreamRequestId: null } as const;

/**
 * What stands in the place of the supervised attempt to show what that one does: the SDK's stream read as its documentation shows.
 * No limit but the run's deadline, no look at how the stream ended; errors are taken as the SDK throws them.
 */
export const supervisedAttempt = (): Attempt => {
  const client = new Anthropic({ apiKey: 'naive', maxRetries: 0, logLevel: 'off' });
  return async (request, { bounds: { deadline }, listener: { sink } }) => {
    let text = '';
    let message: Partial<Message> = { model: request.model };
    try {
      const stream = await client.messages.create({ ...request, stream: true }, { signal: deadline.signal });
      for await (const event of stream) {
        if (event.type === 'message_start') message = event.message;
        if (event.type === 'message_delta') message = { ...message, stop_reason: event.delta.stop_reason };
        if (event.type !== 'content_block_delta' || event.delta.type !== 'text_delta') continue;
        text += event.delta.text;
        sink.text(event.delta.text);
      }
    } catch (cause) {
      const { status } = cause as { status?: number };
      const kind = status === undefined ? 'connection' : kindOfStatus(status);
      return {
        ok: false,
        fault: fault(kind, { status: status ?? null, contentSeen: text !== '', cause }),
        metered: METERED,
      };
    }
    const content = [{ type: 'text', text, citations: null }];
    return { ok: true, message: { ...message, content } as Message, metered: METERED };
  };
};
