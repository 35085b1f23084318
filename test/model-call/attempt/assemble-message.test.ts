import { describe, expect, it } from 'vitest';
import { createAssembly } from '../../../lib/model-call/attempt/assemble-message.ts';
import { createMeter } from '../../../lib/model-call/metering/meter.ts';
import { MalformedStream } from '../../../lib/model-call/provider.ts';
import { assemble, begin, end, grow, parse, start, stop } from '../stream-events.ts';

describe('a message', () => {
  it('keeps unknown members, wherever they are said', () => {
    const said = assemble(
      start({ container: null, provider_note: 'first' }),
      end(
        { container: { id: 'c' }, stop_details: { type: 'refusal' } },
        {},
        { context_management: { applied_edits: [] } },
      ),
    );
    expect(said).toMatchObject({
      provider_note: 'first',
      container: { id: 'c' },
      stop_details: { type: 'refusal' },
      context_management: { applied_edits: [] },
      type: 'message',
      stop_reason: 'end_turn',
    });
    expect(said).not.toHaveProperty('delta');
  });

  it('has all usage that was said, the later over the earlier, and a null takes nothing back', () => {
    const later = { cache_read_input_tokens: null, server_tool_use: { web_search_requests: 2 }, iterations: [1] };
    expect(assemble(start(), end({}, { ...later, input_tokens: 30 })).usage).toEqual({
      input_tokens: 30,
      output_tokens: 7,
      cache_read_input_tokens: 5,
      service_tier: 'standard',
      server_tool_use: { web_search_requests: 2 },
      iterations: [1],
    });
  });

  it('passes over events of unknown type, also before its start', () => {
    const unknown = { type: 'weather', index: 3, delta: { type: 'text_delta', text: 'rain' } };
    const events = [start(), unknown, begin(0, { type: 'text', text: 'a' }), unknown, stop(0), unknown, end(), unknown];
    expect(assemble(unknown, ...events).content).toEqual([{ type: 'text', text: 'a' }]);
  });

  it('names the model that served where the provider went over to another one', () => {
    const hop = { type: 'fallback', from: { model: 'claude-sonnet-5-5' }, to: { model: 'claude-haiku-4-5' } };
    expect(assemble(start(), begin(0, hop), stop(0), end())).toMatchObject({
      model: 'claude-haiku-4-5',
      content: [hop],
    });
  });

  const half = [
    start(),
    begin(0, { type: 'tool_use', input: {} }),
    grow(0, 'input_json_delta', { partial_json: '{"a' }),
    stop(0),
  ];

  it.each(['max_tokens', 'model_context_window_exceeded', 'refusal', 'stop_sequence'])(
    'that ends by %s amid an input has what was written of it, and no input that looks whole',
    (stop_reason) => {
      const content = [{ type: 'tool_use', input: { INVALID_JSON: '{"a' } }];
      expect(assemble(...half, end({ stop_reason })).content).toEqual(content);
      expect(assemble(...half.slice(0, -1), end({ stop_reason })).content).toEqual(content);
    },
  );

  it.each(['tool_use', 'pause_turn', 'end_turn', 'unheard_of'])(
    'that goes on by %s with an input that is no JSON is none',
    (stop_reason) => {
      expect(() => assemble(...half, end({ stop_reason }))).toThrow(MalformedStream);
    },
  );

  it.each([
    ['its content', begin(0, { type: 'text', text: '' })],
    ['a delta', grow(0, 'text_delta', { text: 'x' })],
    ['its end', end()],
    ['its stop', { type: 'message_stop' }],
  ])('can not begin with %s', (_title, event) => {
    expect(() => createAssembly(createMeter()).apply(parse(event))).toThrow(MalformedStream);
  });
});
