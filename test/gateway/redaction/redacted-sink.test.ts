import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CLASSES } from '../../../lib/redaction/classes.ts';
import { openGuard } from '../../../lib/redaction/output-guard.ts';
import { redact } from '../../../lib/redaction/redactor.ts';
import { size } from '../../sizes.ts';
import { type Data, delta, END, sinking as sinkingBy, start, stop, text, wire } from './sinking.ts';

const guard = await openGuard({ classes: DEFAULT_CLASSES, isShadow: false });
const CARD = '4111 1111 1111 1111';

const sinking = () => sinkingBy(guard);

describe('a redacted stream', () => {
  it('goes as it came, byte by byte, where there is no secret', () => {
    const { sent, send } = sinking();
    const spelled =
      '{"type": "content_block_delta", "index":0,"delta": {"type":"text_delta","text":"Hello \\u00e9 there"}}';
    const events = [
      start({ type: 'text', text: '' }),
      text('Hi, '),
      wire(JSON.parse(spelled) as Data, spelled),
      text(' all.'),
      stop(),
      wire({ type: 'message_stop' }),
    ];
    send(...events);
    expect(sent).toEqual(events);
  });

  it('has a secret replaced over several deltas', () => {
    const { send, all, shown } = sinking();
    send(start({ type: 'text', text: '' }), text('pay 4111 1'), text('111 1111'), text(' 1111 now'), stop());
    expect(all('text')).toBe('pay [REDACTED_CARD] now');
    expect(shown().at(-1)?.type).toBe('content_block_stop');
  });

  it('lets go before the end of the block what was held back and is no secret', () => {
    const { send, all, shown } = sinking();
    send(text('the year 2'), text('0'), text('26 and 4111'), stop(), wire({ type: 'message_delta' }));
    expect(all('text')).toBe('the year 2026 and 4111');
    expect(
      shown()
        .map(({ type }) => type)
        .slice(-3),
    ).toEqual(['content_block_delta', 'content_block_stop', 'message_delta']);
  });

  it('gives what the whole text gives, however its blocks are split and mixed', () => {
    const pieces = fc.array(
      fc.constantFrom('4111', ' 1111', '1111 ', ' a ', '123-45-', '6789', 'key=', 'api_', 'a1b2c3d4e5f6a7b8c9', '\n'),
      { maxLength: 12 },
    );
    const property = fc.property(pieces, pieces, (first, second) => {
      const { send, all } = sinking();
      for (let at = 0; at < Math.max(first.length, second.length); at += 1) {
        if (first[at] !== undefined) send(text(first[at] ?? '', 0));
        if (second[at] !== undefined) send(text(second[at] ?? '', 1));
      }
      send(stop(0), stop(1), wire({ type: 'message_stop' }));
      expect(all('text', 0)).toBe(redact(first.join(''), DEFAULT_CLASSES));
      expect(all('text', 1)).toBe(redact(second.join(''), DEFAULT_CLASSES));
    });
    fc.assert(property, { seed: 16, numRuns: size(200, 5_000) });
  });

  it('has the input of a tool redacted, and leaves it JSON', () => {
    const { send, all } = sinking();
    const json = (part: string) => delta(0, { type: 'input_json_delta', partial_json: part });
    send(
      start({ type: 'tool_use', id: 'toolu_1', name: 'pay', input: {} }),
      json(''),
      json('{"card": "41'),
      json(`${CARD.slice(2)}", "n": 4111`),
      json('111111111111}'),
      stop(),
    );
    expect(JSON.parse(all('partial_json'))).toEqual({ card: '[REDACTED_CARD]', n: '[REDACTED_CARD]' });
  });

  it('has thinking redacted, and its signature as it came behind it', () => {
    const { send, sent, shown } = sinking();
    const signature = delta(0, { type: 'signature_delta', signature: `${'AK'}IAQ3EXAMPLE7TESTKE` });
    send(delta(0, { type: 'thinking_delta', thinking: `It is ${CARD}` }), signature, stop(), END);
    expect(shown().map((data) => data.delta?.['thinking'])).toEqual([
      'It is ',
      '[REDACTED_CARD]',
      undefined,
      undefined,
      undefined,
    ]);
    expect(sent[2]).toBe(signature);
  });

  it('has citations and the results of server tools redacted, but nothing that is opaque', () => {
    const { send, shown } = sinking();
    send(
      start({
        type: 'web_search_tool_result',
        tool_use_id: 'a',
        content: [{ title: CARD, encrypted_content: CARD }],
      }),
      delta(1, { type: 'citations_delta', citation: { cited_text: `so: ${CARD}`, encrypted_index: CARD } }),
    );
    expect(shown()[0]).toMatchObject({
      content_block: { content: [{ title: '[REDACTED_CARD]', encrypted_content: CARD }] },
    });
    expect(shown()[1]).toMatchObject({
      delta: { citation: { cited_text: 'so: [REDACTED_CARD]', encrypted_index: CARD } },
    });
  });

  it('finds a secret that a citation comes into', () => {
    const { send, all, shown } = sinking();
    const citation = delta(0, { type: 'citations_delta', citation: { cited_text: 'so' } });
    send(text('card 4111 1111 '), citation, text('1111 1111'), stop(), wire({ type: 'message_stop' }));
    expect(all('text')).toBe('card [REDACTED_CARD]');
    expect(shown().filter((data) => data.delta?.['citation'] !== undefined)).toHaveLength(1);
  });

  it('begins anew with another attempt', () => {
    const { sink, send, all } = sinking();
    send(text('lost 4111'));
    sink.admitted({});
    send(text('found'), stop());
    expect(all('text')).toBe('lost found');
  });
});
