import { expect, it } from 'vitest';
import type { ModelRequest } from '../../lib/model-call/provider.ts';
import { toolCallsOf } from '../../testing/tool-calls.ts';

const telling = (content: string): ModelRequest => ({
  model: 'claude-sonnet-5-5',
  max_tokens: 1,
  messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content }] }],
});

it('a result is what the model was told first, whatever takes its place later', () => {
  const events = [
    { event: 'tool.started', data: { toolUseId: 'a', name: 'stock' } },
    { event: 'tool.finished', data: { toolUseId: 'a', name: 'stock', isError: false } },
  ];
  const requests = [telling('three'), telling('[left out]')];
  const tools = toolCallsOf({ requests, events, inputs: new Map([['a', { item: 'rope' }]]), thrown: new Map() });
  expect(tools).toEqual([
    { name: 'stock', input: { item: 'rope' }, result: 'three', isError: false, threw: undefined },
  ]);
});
