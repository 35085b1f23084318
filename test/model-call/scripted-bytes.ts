import { type Clock, sleep } from '../../lib/kernel/clock.ts';
import type { Provider } from '../../lib/model-call/provider.ts';
import { decodeEvents } from '../../lib/providers/anthropic/sse/decoder.ts';
import { begin, end, grow, type Said, start, stop } from './stream-events.ts';

/** Text as it goes over the wire; a silence of so many milliseconds; or how the connection breaks. */
export type Piece = string | number | Error;

/** An upstream whose answers come in these pieces, the first one's first; the last answer again and again. */
export const scriptedBytes = (
  clock: Clock,
  ...answers: readonly (readonly Piece[])[]
): Omit<Provider, 'ask'> & { readonly asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    async stream({ model }, { signal, onBytes }) {
      const pieces = answers[Math.min(asked.length, answers.length - 1)] ?? [];
      asked.push(model);
      const body = async function* () {
        for (const piece of pieces) {
          if (piece instanceof Error) throw piece;
          if (typeof piece === 'number') await sleep(clock, piece, signal);
          else yield Buffer.from(piece);
        }
      };
      return { requestId: null, events: decodeEvents(body(), onBytes) };
    },
    countTokens: () => Promise.reject(new Error('counted')),
  };
};

export const each = (count: number, ...pieces: readonly Piece[]): Piece[] =>
  Array.from({ length: count }, () => pieces).flat();

export const event = (said: Said): string => `event: ${String(said['type'])}\ndata: ${JSON.stringify(said)}\n\n`;

/** What a recorded stream is made of. */
export const SAID = {
  start: event(start()),
  ping: event({ type: 'ping' }),
  comment: ': keepalive\n\n',
  thinking: event(begin(0, { type: 'thinking', thinking: '', signature: '' })),
  thought: event(grow(0, 'signature_delta', { signature: 'c2ln' })) + event(stop(0)),
  tool: event(begin(0, { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} })),
  input: event(grow(0, 'input_json_delta', { partial_json: '{"at":1}' })) + event(stop(0)),
  text: event(begin(1, { type: 'text', text: 'x' })) + event(stop(1)),
  end: event(end()) + event({ type: 'message_stop' }),
} as const;
