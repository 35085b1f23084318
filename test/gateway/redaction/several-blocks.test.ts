import type { Message } from '@anthropic-ai/sdk/resources/messages/messages';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactMessage, secretsIn } from '../../../lib/gateway/redaction/redacted-message.ts';
import { DEFAULT_CLASSES } from '../../../lib/redaction/classes.ts';
import { openGuard } from '../../../lib/redaction/output-guard.ts';
import { PIECES } from '../../redaction/pieces.ts';
import { size } from '../../sizes.ts';
import { delta, END, type Shown, sinking, start, stop, text, wire } from './sinking.ts';

const guard = await openGuard({ classes: DEFAULT_CLASSES, isShadow: false });
const TEXT = { type: 'text', text: '' };
const PING = wire({ type: 'ping' });

const block = (index: number, ...parts: readonly string[]) => [
  start(TEXT, index),
  ...parts.map((part) => text(part, index)),
  stop(index),
];
const tool = (index: number) => [
  start({ type: 'tool_use', id: 'toolu_1', name: 'look', input: {} }, index),
  delta(index, { type: 'input_json_delta', partial_json: '{}' }),
  stop(index),
];
/** What happens, in short. */
const told = (shown: readonly Shown[]) =>
  shown.map(({ type, index, delta: of }) =>
    `${type.replace('content_block_', '')} ${(of?.['text'] as string | undefined) ?? index ?? ''}`.trim(),
  );
const messageOf = (texts: readonly string[]) =>
  ({ content: texts.map((each) => ({ type: 'text', text: each })) }) as unknown as Message;

describe('a secret over two blocks of text', () => {
  it('is replaced in the first, and its rest left out of the second, as JSON', () => {
    const message = messageOf(['4111 1111 ', '1111 1111 ok']);
    expect(redactMessage(message, guard)).toEqual(messageOf(['[REDACTED_CARD]', ' ok']));
    expect([...secretsIn(message, guard)]).toEqual([['cards', 1]]);
  });

  it('is replaced so in a stream, whose blocks stay in order', () => {
    const { send, shown } = sinking(guard);
    send(...block(0, '4111 1111 '), ...block(1, '1111 ', '1111 ok'), END);
    expect(told(shown())).toEqual([
      ...['start 0', 'delta [REDACTED_CARD]', 'stop 0'],
      ...['start 1', 'delta  ok', 'stop 1', 'message_stop'],
    ]);
  });

  it('is found over a call of a tool, which waits for what the text comes to', () => {
    const { send, shown, all } = sinking(guard);
    send(...block(0, 'pay 4111 1111 '), ...tool(1), PING);
    expect(told(shown())).toEqual(['start 0', 'delta pay', 'ping']);
    send(...block(2, '1111 1111 ok'), END);
    expect([all('text', 0), all('partial_json', 1), all('text', 2)]).toEqual(['pay [REDACTED_CARD]', '{}', ' ok']);
    expect(told(shown()).slice(3)).toEqual([
      ...[
        'delta [REDACTED_CARD]',
        'stop 0',
        'start 1',
        'delta 1',
        'stop 1',
        'start 2',
        'delta  ok',
        'stop 2',
        'message_stop',
      ],
    ]);
  });

  it('that is none is let go in its own block, with the first characters that show it', () => {
    const { send, shown } = sinking(guard);
    const events = [...block(0, 'in 4111'), ...tool(1), start(TEXT, 2), text('ok', 2)];
    send(...events.slice(0, -1));
    expect(told(shown())).toEqual(['start 0', 'delta in']);
    send(...events.slice(-1));
    expect(told(shown()).slice(2)).toEqual([
      ...['delta 4111', 'stop 0', 'start 1', 'delta 1', 'stop 1', 'start 2', 'delta ok'],
    ]);
  });

  it('that is none is let go when the message ends', () => {
    const { send, shown } = sinking(guard);
    send(...block(0, '4111'), ...tool(1), wire({ type: 'message_delta', delta: { stop_reason: 'tool_use' } }));
    expect(told(shown())).toEqual(['start 0', 'delta 4111', 'stop 0', 'start 1', 'delta 1', 'stop 1', 'message_delta']);
  });

  it('is the same as JSON and as a stream, however its blocks are split', () => {
    const piece = fc.constantFrom(...PIECES);
    const property = fc.property(
      fc.array(fc.array(piece, { maxLength: 4 }), { maxLength: 4 }),
      fc.boolean(),
      (blocks, hasTools) => {
        const { send, all, shown } = sinking(guard);
        blocks.forEach((parts, at) => {
          send(...block(2 * at, ...parts.flatMap((part) => [part.slice(0, 2), part.slice(2)])));
          if (hasTools) send(...tool(2 * at + 1));
        });
        send(END);
        const { content } = redactMessage(messageOf(blocks.map((parts) => parts.join(''))), guard);
        expect(blocks.map((_, at) => ({ type: 'text', text: all('text', 2 * at) }))).toEqual(content);
        const places = shown().map(({ index }) => index ?? Infinity);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      },
    );
    fc.assert(property, { seed: 16, numRuns: size(300, 5_000) });
  });
});

it('what a block begins with is a part of its text', () => {
  const { send, all, shown } = sinking(guard);
  send(start({ type: 'text', text: 'pay 4111 1111' }), text(' 1111 1111 ok'), stop(), END);
  expect(all('text')).toBe('pay [REDACTED_CARD] ok');
  expect(JSON.stringify(shown())).not.toContain('4111');
});
