import { HEADERS, TURNS } from '../gateway/agent-turns.ts';
import { png } from '../usage/pictures.ts';
import type { JsonBody } from './provider-bill.ts';

/** What applications send every day, as the guides of the provider and of its SDKs write it. */
export interface OrdinaryRequest {
  readonly what: string;
  readonly body: JsonBody;
  readonly betas?: readonly string[];
}

const ASKED = { model: 'claude-sonnet-5-5', max_tokens: 1_024 };
const user = (content: unknown) => ({ role: 'user', content });
const hello = [user('What is ballast?')];
const CACHED = { cache_control: { type: 'ephemeral' } };
const HOUR = { cache_control: { type: 'ephemeral', ttl: '1h' } };
const IMAGE = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png(640, 480) } };
const PDF = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0xLjQK' } };
const TEXT_FILE = {
  type: 'document',
  title: 'Log',
  citations: { enabled: true },
  source: { type: 'text', media_type: 'text/plain', data: 'Fair wind.' },
};
const WEATHER = {
  name: 'get_weather',
  description: 'The weather.',
  input_schema: {
    type: 'object',
    properties: { location: { type: 'string' }, ttl: { type: 'number' } },
    required: ['location'],
  },
};
const CALL = { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { location: 'Bergen' } };
const RESULT = { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: '12 degrees' }, IMAGE] };
const THOUGHT = { type: 'thinking', thinking: 'Hm.', signature: 'c2lnbmVk' };
const FORMAT = {
  type: 'json_schema',
  schema: { type: 'object', properties: { answer: { type: 'string' } }, additionalProperties: false },
};
const SEARCHED = [
  { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'ballast' } },
  {
    type: 'web_search_tool_result',
    tool_use_id: 'srvtoolu_1',
    content: [
      { type: 'web_search_result', title: 'a', url: 'https://example.com', encrypted_content: 'Zm9v', page_age: null },
    ],
  },
  {
    type: 'text',
    text: 'Weight.',
    citations: [
      {
        type: 'web_search_result_location',
        cited_text: 'a',
        encrypted_index: 'x',
        title: 'a',
        url: 'https://example.com',
      },
    ],
  },
];

const plain = (what: string, over: JsonBody, betas: readonly string[] = []): OrdinaryRequest => ({
  what,
  body: { ...ASKED, messages: hello, ...over },
  betas,
});

export const ORDINARY: readonly OrdinaryRequest[] = [
  ...TURNS.map((turn, at) => ({
    what: `turn ${at} of a coding agent`,
    body: JSON.parse(turn) as JsonBody,
    betas: HEADERS['anthropic-beta']?.split(',') ?? [],
  })),
  plain('a question', {}),
  plain('a question as events, with what older models take', {
    stream: true,
    temperature: 0.7,
    top_p: 0.9,
    top_k: 40,
    stop_sequences: ['END'],
  }),
  plain('a system prompt and a conversation', {
    system: 'Be brief.',
    messages: [...hello, { role: 'assistant', content: 'Weight.' }, user('Why?')],
  }),
  plain('a prefilled answer', { messages: [...hello, { role: 'assistant', content: 'Ballast is' }] }),
  plain('who asks', { metadata: { user_id: 'ann' }, service_tier: 'auto', inference_geo: 'global' }),
  plain('pictures', {
    messages: [
      user([
        IMAGE,
        { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
        { type: 'text', text: 'What is it?' },
      ]),
    ],
  }),
  plain('a PDF', {
    messages: [
      user([
        { ...PDF, ...CACHED },
        { type: 'text', text: 'Sum it up.' },
      ]),
    ],
  }),
  plain('a text to be cited', { messages: [user([TEXT_FILE, { type: 'text', text: 'Cite it.' }])] }),
  plain('search results of the client’s own', {
    messages: [
      user([
        {
          type: 'search_result',
          source: 'a',
          title: 'b',
          content: [{ type: 'text', text: 'c' }],
          citations: { enabled: true },
        },
      ]),
    ],
  }),
  plain('adaptive thinking', {
    thinking: { type: 'adaptive', display: 'summarized' },
    output_config: { effort: 'high' },
  }),
  plain(
    'manual thinking',
    { model: 'claude-haiku-4-5', max_tokens: 4_096, thinking: { type: 'enabled', budget_tokens: 2_048 } },
    ['interleaved-thinking-2025-05-14'],
  ),
  plain(
    'the prompt cache',
    {
      cache_control: CACHED.cache_control,
      system: [{ type: 'text', text: 'Long.', ...HOUR }],
      tools: [{ ...WEATHER, ...CACHED }],
      messages: [user([{ type: 'text', text: 'a', ...CACHED }])],
    },
    ['extended-cache-ttl-2025-04-11'],
  ),
  plain('structured output', { output_config: { format: FORMAT } }),
  plain('structured output under its beta', { output_format: FORMAT }, ['structured-outputs-2025-11-13']),
  plain('tools and their results', {
    tools: [{ ...WEATHER, strict: true, eager_input_streaming: true, input_examples: [{ location: 'Bergen' }] }],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    messages: [
      ...hello,
      { role: 'assistant', content: [THOUGHT, { type: 'redacted_thinking', data: 'eA==' }, CALL] },
      user([{ ...RESULT, is_error: false }]),
    ],
  }),
  plain(
    'the provider’s tools that run at the client',
    {
      tools: [
        { type: 'bash_20250124', name: 'bash' },
        { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool', max_characters: 10_000 },
        { type: 'memory_20250818', name: 'memory' },
        {
          type: 'computer_20251124',
          name: 'computer',
          display_width_px: 1_024,
          display_height_px: 768,
          enable_zoom: true,
        },
      ],
    },
    ['computer-use-2025-11-24', 'context-management-2025-06-27'],
  ),
  plain('a search of the web', {
    tools: [
      {
        type: 'web_search_20250305',
        name: 'web_search',
        max_uses: 3,
        allowed_domains: ['example.com'],
        user_location: { type: 'approximate', city: 'Bergen', country: 'NO' },
      },
    ],
  }),
  plain(
    'a fetch from the web',
    {
      tools: [
        {
          type: 'web_fetch_20250910',
          name: 'web_fetch',
          max_uses: 2,
          max_content_tokens: 5_000,
          citations: { enabled: true },
        },
      ],
    },
    ['web-fetch-2025-09-10'],
  ),
  plain('a conversation in which the web was searched', {
    messages: [...hello, { role: 'assistant', content: SEARCHED }, user('And?')],
  }),
  plain(
    'a search for tools',
    {
      tools: [
        { type: 'tool_search_tool_bm25_20251119', name: 'tool_search_tool_bm25' },
        { ...WEATHER, defer_loading: true },
      ],
    },
    ['advanced-tool-use-2025-11-20'],
  ),
  plain('tools that a client’s own search has found', {
    tools: [{ ...WEATHER, defer_loading: true }],
    messages: [
      ...hello,
      { role: 'assistant', content: [CALL] },
      user([
        {
          type: 'tool_result',
          tool_use_id: 'toolu_1',
          content: [{ type: 'tool_reference', tool_name: 'get_weather' }],
        },
      ]),
    ],
  }),
  plain(
    'edits that clear the context',
    {
      context_management: {
        edits: [
          { type: 'clear_thinking_20251015', keep: { type: 'thinking_turns', value: 2 } },
          {
            type: 'clear_tool_uses_20250919',
            trigger: { type: 'input_tokens', value: 30_000 },
            keep: { type: 'tool_uses', value: 3 },
            clear_at_least: { type: 'input_tokens', value: 5_000 },
            exclude_tools: ['memory'],
            clear_tool_inputs: false,
          },
        ],
      },
    },
    ['context-management-2025-06-27'],
  ),
  plain('a budget for a task', { output_config: { task_budget: { type: 'tokens', total: 50_000 } } }, [
    'task-budgets-2026-03-13',
  ]),
  plain(
    'a word of the system between the turns',
    {
      messages: [
        ...hello,
        { role: 'system', content: 'It is late.', output_config: { effort: 'low' }, clear_at: 'next_user_message' },
      ],
    },
    ['mid-conversation-output-config-2026-07-01', 'mid-conversation-system-clear-at-2026-08-21'],
  ),
  plain(
    'a tool added between the turns',
    {
      messages: [
        ...hello,
        {
          role: 'system',
          content: [{ type: 'tool_addition', tool: { type: 'tool_definition', definition: WEATHER } }],
        },
      ],
    },
    ['inline-tools-2026-09-15', 'mid-conversation-tool-changes-2026-07-01'],
  ),
  plain('a million tokens', { model: 'claude-sonnet-4-6' }, ['context-1m-2025-08-07']),
  plain('the headers of an older coding agent', {}, [
    'claude-code-20250219',
    'oauth-2025-04-20',
    'fine-grained-tool-streaming-2025-05-14',
    'prompt-caching-scope-2026-01-05',
    'mid-conversation-system-2026-04-07',
    'effort-2025-11-24',
  ]),
];
