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
const PING = wire({ type: 'ping' });
const signature = (index: number) => delta(index, { type: 'signature_delta', signature: `s${index}` });
const thinking = (words: string, index: number) => delta(index, { type: 'thinking_delta', thinking: words });

const thought = (index: number, ...parts: readonly string[]) => [
  start({ type: 'thinking', thinking: '', signature: '' }, index),
  ...parts.map((part) => thinking(part, index)),
  signature(index),
  stop(index),
];
const spoken = (index: number, ...parts: readonly string[]) => [
  start({ type: 'text', text: '' }, index),
  ...parts.map((part) => text(part, index)),
  stop(index),
];
const told = (shown: readonly Shown[]) =>
  shown.map(({ type, index, delta: of }) => {
    const words = of?.['thinking'] ?? of?.['text'] ?? of?.['signature'];
    return `${type.replace('content_block_', '')} ${(words as string | undefined) ?? index ?? ''}`.trim();
  });
const messageOf = (...content: readonly object[]) => ({ content }) as unknown as Message;
const block = (words: string) => ({ type: 'thinking', thinking: words, signature: 's' });

describe('a secret over two blocks of thinking', () => {
  it('is replaced in the first, and its rest left out of the second, as JSON', () => {
    const message = messageOf(block('4111 1111 '), block('1111 1111 ok'));
    expect(redactMessage(message, guard)).toEqual(messageOf(block('[REDACTED_CARD]'), block(' ok')));
    expect([...secretsIn(message, guard)]).toEqual([['cards', 1]]);
  });

  it('is replaced so in a stream, whose events stay in order', () => {
    const { send, shown } = sinking(guard);
    send(...thought(0, '4111 1111 '), PING, ...thought(1, '1111 ', '1111 ok'), ...spoken(2, 'Yes.'), END);
    expect(told(shown())).toEqual([
      ...['start 0', 'ping', 'delta [REDACTED_CARD]', 'delta s0', 'stop 0'],
      ...['start 1', 'delta  ok', 'delta s1', 'stop 1'],
      ...['start 2', 'delta Yes.', 'stop 2', 'message_stop'],
    ]);
  });

  it('counts also where the two together would be none', () => {
    const { send, all } = sinking(guard);
    send(...thought(0, '4111 1111 1111 1111'), ...thought(1, '2 and more'), END);
    expect([all('thinking', 0), all('thinking', 1)]).toEqual(['[REDACTED_CARD]', '2 and more']);
    const message = messageOf(block('4111 1111 1111 1111'), block('2 and more'));
    expect(redactMessage(message, guard)).toEqual(messageOf(block('[REDACTED_CARD]'), block('2 and more')));
  });

  it('lets go of what it held back before a text whose block never began', () => {
    const { send, shown } = sinking(guard);
    send(...thought(0, 'in 4111'), text('Yes', 1));
    expect(told(shown()).slice(2)).toEqual(['delta 4111', 'delta s0', 'stop 0', 'delta Yes']);
  });

  it('goes over a block that says nothing', () => {
    const { send, all } = sinking(guard);
    send(...thought(0, '4111 1111 '), ...thought(1), ...thought(2, '1111 1111'), END);
    expect([0, 1, 2].map((index) => all('thinking', index))).toEqual(['[REDACTED_CARD]', '', '']);
  });

  it('is found in what a block begins with', () => {
    const { send, all } = sinking(guard);
    send(...thought(0, '4111 1111 '), start({ type: 'thinking', thinking: '1111 1111 ok' }, 1), stop(1), END);
    expect([all('thinking', 0), all('thinking', 1)]).toEqual(['[REDACTED_CARD]', ' ok']);
  });

  it.each([
    ['text', { type: 'text', text: '' }],
    ['the call of a tool', { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} }],
    ['thinking that is not shown', { type: 'redacted_thinking', data: 'x' }],
  ])('is none where %s stands between, which lets go of what was held back', (_, other) => {
    const { send, shown, all } = sinking(guard);
    send(...thought(0, 'in 4111 1111'));
    expect(told(shown())).toEqual(['start 0', 'delta in']);
    send(start(other, 1));
    expect(told(shown()).slice(2)).toEqual(['delta 4111 1111', 'delta s0', 'stop 0', 'start 1']);
    send(stop(1), ...thought(2, ' 1111 1111 ok'), END);
    expect(all('thinking', 2)).toBe(' 1111 1111 ok');
    const between = messageOf(block('4111 1111'), other, block(' 1111 1111'));
    expect(redactMessage(between, guard)).toEqual(between);
  });

  it('does not keep the end of the message waiting', () => {
    const { send, shown } = sinking(guard);
    send(...thought(0, '4111'), wire({ type: 'message_delta', delta: { stop_reason: 'max_tokens' } }));
    expect(told(shown())).toEqual(['start 0', 'delta 4111', 'delta s0', 'stop 0', 'message_delta']);
  });

  it('loses nothing of two that are open at once', () => {
    const { send, all } = sinking(guard);
    const begun = (index: number) => start({ type: 'thinking', thinking: '', signature: '' }, index);
    send(begun(0), thinking('4111', 0), begun(1), thinking('4222', 1), stop(0), stop(1), END);
    expect([all('thinking', 0), all('thinking', 1)]).toEqual(['4111', '4222']);
  });

  it('leaves a text in the same block to the texts', () => {
    const { send, all } = sinking(guard);
    send(start({ type: 'thinking', thinking: '', signature: '' }), text('4111 1111 ', 0), thinking('Well.', 0), stop());
    send(...spoken(1, '1111 1111 ok'), END);
    expect([all('text', 0), all('text', 1)]).toEqual(['[REDACTED_CARD]', ' ok']);
  });

  it('does not lose what was held back of a block that never ended', () => {
    const { send, shown } = sinking(guard);
    send(...thought(0, '4111').slice(0, 2), END);
    expect(told(shown())).toEqual(['start 0', 'delta 4111', 'message_stop']);
  });

  it('is the same as JSON and as a stream, however it is split and whatever stands between', () => {
    const piece = fc.constantFrom(...PIECES);
    const kinds = fc.array(fc.tuple(fc.boolean(), fc.array(piece, { maxLength: 4 })), { maxLength: 5 });
    const property = fc.property(kinds, (blocks) => {
      const { send, all, shown } = sinking(guard);
      blocks.forEach(([isThought, parts], at) => {
        const pieces = parts.flatMap((part) => [part.slice(0, 2), part.slice(2)]);
        send(...(isThought ? thought(at, ...pieces) : spoken(at, ...pieces)));
      });
      send(END);
      const whole = blocks.map(([isThought, parts]) =>
        isThought ? block(parts.join('')) : { type: 'text', text: parts.join('') },
      );
      const { content } = redactMessage(messageOf(...whole), guard);
      const streamed = blocks.map(([isThought], at) =>
        isThought ? block(all('thinking', at)) : { type: 'text', text: all('text', at) },
      );
      expect(streamed).toEqual(content);
      const places = shown().map(({ index }) => index ?? Infinity);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    });
    fc.assert(property, { seed: 16, numRuns: size(300, 5_000) });
  });
});
