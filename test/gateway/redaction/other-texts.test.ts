import type { Message } from '@anthropic-ai/sdk/resources/messages/messages';
import { describe, expect, it } from 'vitest';
import { redactMessage, secretsIn } from '../../../lib/gateway/redaction/redacted-message.ts';
import { DEFAULT_CLASSES } from '../../../lib/redaction/classes.ts';
import { openGuard } from '../../../lib/redaction/output-guard.ts';
import { delta, END, sinking, start, stop, text, wire } from './sinking.ts';

const guard = await openGuard({ classes: DEFAULT_CLASSES, isShadow: false });
const CARD = '4111 1111 1111 1111';
const HIDDEN = '[REDACTED_CARD]';

describe('texts of an answer beside its content', () => {
  const said = (secret: string) => ({
    id: CARD,
    role: 'assistant',
    model: CARD,
    stop_reason: 'refusal',
    stop_sequence: secret,
    stop_details: { type: 'refusal', category: 'cyber', explanation: `not ${secret}` },
    container: { id: CARD, expires_at: '2026-11-30T00:00:00Z' },
    later: [{ note: secret }],
  });

  it('are redacted and counted as JSON, but for ids and names', () => {
    const message = { content: [], usage: { input_tokens: 4111 }, ...said(CARD) } as unknown as Message;
    expect(redactMessage(message, guard)).toEqual({ content: [], usage: { input_tokens: 4111 }, ...said(HIDDEN) });
    expect([...secretsIn(message, guard)]).toEqual([['cards', 3]]);
  });

  it('are redacted in a stream', () => {
    const { send, shown } = sinking(guard);
    const events = (secret: string) => [
      { type: 'message_start', message: { content: [], ...said(secret) } },
      { type: 'message_delta', delta: said(secret), usage: { output_tokens: 4111 } },
    ];
    send(...events(CARD).map((data) => wire(data)));
    expect(shown()).toEqual(events(HIDDEN));
  });

  it('are redacted in events that nobody knows, and in the names and comments of events', () => {
    const { send, sent } = sinking(guard);
    const commented = {
      ...wire({ type: 'ping' }),
      bytes: Buffer.from(`: for ${CARD}\nevent: ping\ndata: {"type":"ping"}\n\n`),
    };
    send(wire({ type: 'news', data: CARD, of: { text: CARD } }), commented);
    send({
      ...wire({ type: 'news' }, `it is\n${CARD}`),
      bytes: Buffer.from(`event: news\ndata: it is\ndata: ${CARD}\n\n`),
    });
    send({ bytes: Buffer.from(`event: ${CARD}\ndata: {}\n\n`), event: CARD, data: '{}' });
    expect(sent.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([
      `event: news\ndata: {"type":"news","data":"${HIDDEN}","of":{"text":"${HIDDEN}"}}\n\n`,
      'event: ping\ndata: {"type":"ping"}\n\n',
      `event: news\ndata: it is\ndata: ${HIDDEN}\n\n`,
      `event: ${HIDDEN}\ndata: {}\n\n`,
    ]);
  });

  it('go as they came, byte by byte, where they hold none', () => {
    const { send, sent } = sinking(guard);
    const bytes = Buffer.from(': hello\nevent: news\nid: 4\ndata: {"type":  "news"}\n\n');
    const events = [{ bytes, event: 'news', data: '{"type":  "news"}' }, wire({ type: 'later' }, 'no JSON')];
    send(...events);
    expect(sent).toEqual(events);
  });
});

describe('deltas that nobody knows', () => {
  const aside = (words: string, more: object = {}) => delta(0, { type: 'aside_delta', aside: words, ...more });

  it('of one text are read as one, however it is split, and goes out with the next or the block', () => {
    for (let at = 1; at < CARD.length; at += 1) {
      const { send, all, shown } = sinking(guard);
      send(start({ type: 'aside' }), aside(`for ${CARD.slice(0, at)}`), aside(`${CARD.slice(at)} now`), stop(), END);
      expect(all('aside'), String(at)).toBe(`for ${HIDDEN} now`);
      expect(shown().at(-1)?.type).toBe('message_stop');
    }
  });

  it('go as they came where they hold none', () => {
    const { send, sent } = sinking(guard);
    const events = [
      start({ type: 'aside' }),
      aside('the year '),
      aside('of it. ', { level: 2 }),
      aside(''),
      stop(),
      END,
    ];
    send(...events);
    expect(sent).toEqual(events);
  });

  it.each<[string, object]>([
    ['another text', { note: `not ${CARD}` }],
    ['something with texts', { of: { note: `not ${CARD}` } }],
  ])('are each read by itself beside %s', (_title, more) => {
    const { send, all, sent } = sinking(guard);
    send(start({ type: 'aside' }), aside('4111 1111', more), aside(' 1111 1111'), stop(), END);
    expect(all('aside')).toBe('4111 1111 1111 1111');
    expect(JSON.stringify(sent.map(({ data }) => data))).not.toContain(`not ${CARD}`);
  });

  it('do not touch what is the protocol’s own', () => {
    const { send, sent } = sinking(guard);
    const events = [delta(0, { type: 'later_delta', encrypted_content: CARD }), stop()];
    send(...events);
    expect(sent).toEqual(events);
  });
});

describe('what overtakes no text that is held back', () => {
  it.each([
    ['an event that nobody knows', wire({ type: 'news', of: 'x' })],
    ['a delta that nobody knows', delta(0, { type: 'aside_delta', aside: 'x' })],
    ['a citation', delta(0, { type: 'citations_delta', citation: { cited_text: 'x' } })],
  ])('%s', (_title, other) => {
    const { send, sent } = sinking(guard);
    const events = [start({ type: 'text', text: '' }), text('4111'), other, text('x'), stop(), END];
    send(...events);
    expect(sent.map(({ data }) => data)).toEqual(events.map(({ data }) => data));
  });

  it('a delta that nobody knows, amid thinking, which is read as one around it', () => {
    const { send, all } = sinking(guard);
    const thinking = (words: string) => delta(0, { type: 'thinking_delta', thinking: words });
    send(thinking('4111 1111'), delta(0, { type: 'aside_delta', aside: 'x' }), thinking(' 1111 1111'), stop(), END);
    expect(all('thinking')).toBe(HIDDEN);
  });

  it('a delta that nobody knows, amid thinking', () => {
    const { send, sent } = sinking(guard);
    const thinking = (words: string) => delta(0, { type: 'thinking_delta', thinking: words });
    const events = [thinking('4111'), delta(0, { type: 'aside_delta', aside: 'x' }), thinking('x'), stop()];
    send(...events);
    expect(sent.map(({ data }) => data)).toEqual(events.map(({ data }) => data));
  });
});
