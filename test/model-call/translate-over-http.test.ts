import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelRequest } from '../../lib/model-call/provider.ts';
import { translate } from '../../lib/model-call/translate/translate.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { type SimulatedClaude, startSimulatedClaude } from '../../local/simulated-claude/start-simulated-claude.ts';
import { systemClock } from '../upstream/system-clock.ts';

let claude: SimulatedClaude;
let client: Anthropic;
beforeAll(async () => {
  claude = await startSimulatedClaude({ clock: systemClock });
  client = new Anthropic({ apiKey: 'k', baseURL: claude.url, maxRetries: 0, logLevel: 'off' });
});
afterAll(() => claude.close());

const statusOf = async (request: ModelRequest, version: string | null): Promise<number> => {
  const headers = version === null ? {} : { 'anthropic-version': version };
  const streamed = client.messages.create({ ...request, stream: true }, { headers }).asResponse();
  const response = await streamed.catch((error: unknown) => error as { readonly status: number; body?: null });
  await response.body?.cancel();
  return response.status;
};

const cached = { cache_control: { type: 'ephemeral' } };
const ended = [
  { role: 'user', content: [{ type: 'text', text: 'How heavy?', ...cached }] },
  {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'redacted_thinking', data: 'x' },
      { type: 'text', text: 'I look.' },
      { type: 'tool_use', id: 'toolu_1', name: 'weigh', input: { of: 'ship' } },
    ],
  },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: '3 t' }] },
];
const whole = {
  max_tokens: 128_000,
  system: [{ type: 'text', text: 'You weigh ships.', ...cached }],
  messages: ended,
  tools: [{ name: 'weigh', input_schema: { type: 'object' }, strict: true }],
  metadata: { user_id: 'u' },
  stop_sequences: ['END'],
  service_tier: 'auto',
  inference_geo: 'global',
  output_config: { effort: 'max', format: { type: 'json_schema', schema: { type: 'object' } } },
};
const forced = { tool_choice: { type: 'tool', name: 'weigh', disable_parallel_tool_use: true } };
const manual = { thinking: { type: 'enabled', budget_tokens: 100_000 } };

/** Between them every part that a model takes of those that others refuse. */
const REQUESTS: readonly (readonly [string, string, string | null, object])[] = [
  [
    'adaptive thinking and a forced tool',
    'claude-sonnet-4-6',
    null,
    { ...whole, ...forced, thinking: { type: 'adaptive' } },
  ],
  ['manual thinking', 'claude-sonnet-4-6', null, { ...whole, ...manual }],
  [
    'sampling and no thinking',
    'claude-sonnet-4-6',
    '2023-06-01',
    { ...whole, temperature: 0.5, top_k: 5, thinking: { type: 'disabled' } },
  ],
  [
    'the lowest thinking',
    'claude-sonnet-5-5',
    null,
    { ...whole, output_config: { effort: 'high' }, thinking: { type: 'between_tools' } },
  ],
];

describe.each(REQUESTS)('a request with %s', (_title, asked, version, parts) => {
  const request = { ...parts, model: asked } as unknown as ModelRequest;

  it(`is taken by ${asked}`, async () => {
    expect(await statusOf(request, version)).toBe(200);
  });

  it.each(Object.entries(PUBLISHED_PRICES))('is taken, translated, by %s', async (model, sizes) => {
    const translated = translate(request, { ...sizes, model, ...(version === null ? {} : { apiVersion: version }) });
    expect(translated && (await statusOf(translated, version))).toBe(200);
  });
});
