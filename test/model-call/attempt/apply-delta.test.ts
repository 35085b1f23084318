import { describe, expect, it } from 'vitest';
import { assemble, begin, end, grow, type Said, start, stop } from '../stream-events.ts';

/** The one block that its start and its deltas make. */
const block = (first: Said, ...deltas: readonly (readonly [type: string, more: Said])[]): unknown =>
  assemble(
    start(),
    begin(0, first),
    ...deltas.map(([type, more]) => grow(0, type, more)),
    stop(0),
    end({ stop_reason: 'tool_use' }),
  ).content[0];

describe('a block', () => {
  it('of unknown type stays as it started', () => {
    const unknown = { type: 'hologram', pixels: [1, { deep: null }], input: { kept: true }, text: '' };
    expect(block(unknown)).toEqual(unknown);
  });

  it('grows by deltas of unknown type: texts and lists go on, members are added, of the rest the last word counts', () => {
    const first = { type: 'hologram', caption: 'A', frames: [1], shape: { x: 1, y: 1 }, depth: 1, note: 'kept' };
    const more = { caption: ' ship', frames: [2, 3], shape: { y: 2, z: null }, depth: 2, note: null, tint: 'blue' };
    expect(block(first, ['hologram_delta', more], ['hologram_delta', { tint: '-green', frames: [4] }])).toEqual({
      type: 'hologram',
      caption: 'A ship',
      frames: [1, 2, 3, 4],
      shape: { x: 1, y: 2, z: null },
      depth: 2,
      note: 'kept',
      tint: 'blue-green',
    });
  });

  it('grows by a delta that is known of other blocks', () => {
    expect(
      block({ type: 'hologram', text: 'a' }, ['text_delta', { text: 'b' }], ['thinking_delta', { thinking: 'c' }]),
    ).toEqual({ type: 'hologram', text: 'ab', thinking: 'c' });
  });

  it.each(['tool_use', 'server_tool_use', 'mcp_tool_use', 'hologram'])(
    'of type %s has the input it was given in pieces',
    (type) => {
      const pieces = ['', '{"a":', '[1,"}', '"]}'].map((json) => ['input_json_delta', { partial_json: json }] as const);
      expect(block({ type, id: 'x', input: {} }, ...pieces)).toEqual({ type, id: 'x', input: { a: [1, '}'] } });
      expect(block({ type, id: 'x', input: { eager: 1 } })).toEqual({ type, id: 'x', input: { eager: 1 } });
    },
  );

  it('keeps its citations in their order', () => {
    const cite = (title: string) => ['citations_delta', { citation: { type: 'unknown_location', title } }] as const;
    expect(
      block({ type: 'text', text: '', citations: null }, cite('a'), ['text_delta', { text: 'x' }], cite('b')),
    ).toEqual({
      type: 'text',
      text: 'x',
      citations: ['a', 'b'].map((title) => ({ type: 'unknown_location', title })),
    });
  });

  it('takes a signature as the last one said, not as a text that goes on', () => {
    const thought = { type: 'thinking', thinking: '', signature: '' };
    const deltas = [
      ['thinking_delta', { thinking: 'hm' }],
      ['signature_delta', { signature: 's1' }],
    ] as const;
    expect(block(thought, ...deltas, ['signature_delta', { signature: 's2' }])).toEqual({
      type: 'thinking',
      thinking: 'hm',
      signature: 's2',
    });
  });

  it.each([{ content: 'a summary', encrypted_content: 'e' }, { content: null }])(
    'takes a compaction whole: %j',
    (said) => {
      const first = { type: 'compaction', content: '' };
      expect(block(first, ['compaction_delta', said])).toEqual({ type: 'compaction', ...said });
    },
  );

  it('may name a member like a prototype', () => {
    const delta = '{"type":"content_block_delta","index":0,"delta":{"type":"odd_delta","__proto__":{"text":"x"}}}';
    const events = [start(), begin(0, { type: 'odd' }), JSON.parse(delta) as Said, end()];
    const [odd] = assemble(...events).content;
    expect(JSON.stringify(odd)).toBe('{"type":"odd","__proto__":{"text":"x"}}');
    expect(Object.getPrototypeOf(odd)).toBe(Object.prototype);
  });

  it('counts for the estimate of a cut answer whatever its type is', () => {
    const wrote = (type: string, more: Said) =>
      assemble(start(), begin(0, { type: 'odd' }), grow(0, type, more), end()).written;
    expect(wrote('odd_delta', { caption: 'x'.repeat(300) })).toBe(300);
    expect(wrote('odd_delta', { list: ['x'.repeat(300)] })).toBeGreaterThan(300);
  });
});
