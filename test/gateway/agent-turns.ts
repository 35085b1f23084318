import type { ScriptedCall } from '../upstream/answers.ts';

/**
 * What a coding agent (Claude Code 2.1.330) sends in a turn that ends in calls of tools, and in the one that brings their
 * results: its headers, members, their order and kinds, with texts of our own.
 */
export const MODEL = 'claude-opus-5-5';

export const QUERY = '?beta=true';

export const HEADERS: Readonly<Record<string, string>> = {
  accept: 'application/json',
  'user-agent': 'claude-cli/2.1.330 (external, sdk-cli)',
  'x-app': 'cli',
  'x-claude-code-session-id': '00000000-0000-4000-8000-000000000000',
  'x-stainless-retry-count': '0',
  'x-stainless-timeout': '600',
  'anthropic-dangerous-direct-browser-access': 'true',
  'anthropic-version': '2023-06-01',
  'anthropic-beta': [
    ...['claude-code-20250219', 'interleaved-thinking-2025-05-14', 'context-management-2025-06-27'],
    ...['per-turn-control-2026-07-01', 'mid-conversation-tool-changes-2026-07-01', 'thinking-token-count-2026-05-13'],
    ...['advanced-tool-use-2025-11-20', 'effort-2025-11-24', 'thinking-display-updates-2026-08-18'],
  ].join(','),
};

/** The end user is a session on a device: JSON in a string. */
export const USER = JSON.stringify({
  device_id: '0123456789abcdef'.repeat(4),
  account_uuid: '',
  session_id: '00000000-0000-4000-8000-000000000000',
});

export const CALLS: readonly ScriptedCall[] = [
  { name: 'Read', input: { file_path: '/hold/barrel.txt' }, id: 'toolu_read' },
  { name: 'Bash', input: { command: 'echo "ahoy"', description: 'Says ahoy' }, id: 'toolu_bash' },
];

const CACHED = { cache_control: { type: 'ephemeral' } };
const EFFORT = { output_config: { effort: 'medium' } };

const schema = (properties: object, ...required: string[]) => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const TEXT = { type: 'string' };
const LINES = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

const TOOLS = [
  { name: 'Bash', description: 'Runs it.', input_schema: schema({ command: TEXT, description: TEXT }, 'command') },
  { name: 'Read', description: 'Reads it.', input_schema: schema({ file_path: TEXT, offset: LINES }, 'file_path') },
  {
    name: 'Later',
    description: 'Kept back.',
    input_schema: { type: 'object', properties: {} },
    defer_loading: true,
  },
];

const SYSTEM = [
  { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.330; cc_entrypoint=sdk-cli;' },
  { type: 'text', text: 'You are at sea.', ...CACHED },
  { type: 'text', text: '\nYou keep\tthe log – briefly. 🚢\n', ...CACHED },
];

const ASKED = [
  { type: 'text', text: '<system-reminder>\nThe tide turns.\n</system-reminder>\n' },
  { type: 'text', text: 'What does the barrel hold?' },
];

/** What was told to the model between the turns carries the breakpoint of the cache until a later message does. */
const told = (isLast: boolean) => ({
  role: 'system',
  content: isLast ? [{ type: 'text', text: '# Environment\nA ship.', ...CACHED }] : '# Environment\nA ship.',
  ...EFFORT,
});

const CALLED = CALLS.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input, caller: { type: 'direct' } }));
const RESULTS = [
  { tool_use_id: 'toolu_read', type: 'tool_result', content: '1\tThe barrel holds 42 litres.\n2\t' },
  { tool_use_id: 'toolu_bash', type: 'tool_result', content: 'ahoy', is_error: false, ...CACHED },
];

const bodyOf = (messages: readonly object[]): string =>
  JSON.stringify({
    model: MODEL,
    messages,
    system: SYSTEM,
    tools: TOOLS,
    metadata: { user_id: USER },
    max_tokens: 128_000,
    thinking: { type: 'adaptive', display: 'updates' },
    context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    ...EFFORT,
    stream: true,
  });

/** The bodies of both turns, as text. */
export const TURNS = [
  bodyOf([{ role: 'user', content: ASKED }, told(true)]),
  bodyOf([
    { role: 'user', content: ASKED },
    told(false),
    { role: 'assistant', content: CALLED },
    { role: 'user', content: RESULTS },
  ]),
] as const;
