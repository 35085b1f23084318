import type { MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelRequest } from '../../../lib/model-call/provider.ts';
import { asModelTakes } from '../../../lib/model-call/translate/as-model-takes.ts';
import { CAPABILITIES } from '../../../lib/model-call/translate/capabilities.ts';
import { createAnthropic } from '../../../lib/providers/anthropic/anthropic.ts';
import { type SimulatedClaude, startSimulatedClaude } from '../../../local/simulated-claude/start-simulated-claude.ts';
import { systemClock } from '../../upstream/system-clock.ts';

let claude: SimulatedClaude;
beforeAll(async () => {
  claude = await startSimulatedClaude({ clock: systemClock });
});
afterAll(() => claude.close());

/** Resolves once the upstream has taken the request, rejects where it refuses it. */
const send = async (request: ModelRequest): Promise<void> => {
  const leave = new AbortController();
  const asking = { key: { id: 'key', value: 'k' }, signal: leave.signal };
  await createAnthropic({ baseUrl: claude.url, clock: systemClock }).stream(request, asking);
  leave.abort();
};

const thought = { type: 'thinking', thinking: 'hm', signature: 'sig' };
const called = { type: 'tool_use', id: 'toolu_1', name: 'weigh', input: {} };
const afterTool = (content: readonly object[]): MessageParam[] => [
  { role: 'user', content: 'How heavy?' },
  { role: 'assistant', content: content as never },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: '3 t' }] },
];
const manual = { thinking: { type: 'enabled', budget_tokens: 2_000 } };

const ASKED: readonly (readonly [string, object])[] = [
  ['a temperature', { temperature: 0.2, top_k: 5 }],
  ['a share of the words', { top_p: 0.5 }],
  ['adaptive thinking', { thinking: { type: 'adaptive' } }],
  ['no thinking, and the most effort', { thinking: { type: 'disabled' }, output_config: { effort: 'max' } }],
  ['a thinking budget', manual],
  ['a thinking budget, after a turn that thought', { ...manual, messages: afterTool([thought, called]) }],
  ['a thinking budget, after a turn that did not', { ...manual, messages: afterTool([called]) }],
];

const made = (model: string, asked: object): ModelRequest =>
  asModelTakes({
    model,
    max_tokens: 4_096,
    messages: [{ role: 'user', content: 'How heavy?' }],
    tools: [{ name: 'weigh', input_schema: { type: 'object' } }],
    ...asked,
  });

describe.each(Object.keys(CAPABILITIES))('%s', (model) => {
  it.each(ASKED)('takes what is made for it of %s', async (_title, asked) => {
    await expect(send(made(model, asked))).resolves.toBeUndefined();
  });
});

it.each([
  ['claude-opus-5-5', { temperature: 0.2 }],
  ['claude-haiku-4-5', { thinking: { type: 'adaptive' } }],
  ['claude-opus-4-7', manual],
  ['claude-haiku-4-5', { ...manual, messages: afterTool([called]) }],
])('%s refuses %j as it was asked', async (model, asked) => {
  const request = { model, max_tokens: 4_096, messages: [{ role: 'user', content: 'How heavy?' }], ...asked };
  await expect(send(request as ModelRequest)).rejects.toMatchObject({ status: 400 });
});

const NOTHING = { temperature: undefined, top_k: undefined, thinking: undefined };

it.each([
  ['claude-haiku-4-5', { temperature: 0.2, top_k: 5 }, { temperature: 0.2, top_k: 5 }],
  ['claude-haiku-5-5', { temperature: 0.2, top_k: 5 }, {}],
  ['claude-sonnet-4-6', { thinking: { type: 'adaptive' } }, { thinking: { type: 'adaptive' } }],
  ['claude-haiku-4-5', manual, manual],
  ['claude-haiku-4-5', { ...manual, messages: afterTool([thought, called]) }, manual],
  ['claude-sonnet-5-5', { thinking: { type: 'disabled' } }, { thinking: { type: 'between_tools' } }],
])('%s is asked, of %j, %j', (model, asked, taken) => {
  const { temperature, top_k, thinking } = made(model, asked) as unknown as Record<string, unknown>;
  expect({ temperature, top_k, thinking }).toEqual({ ...NOTHING, ...taken });
});
