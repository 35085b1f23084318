import { kinds, named, plain, type Shape, typed } from './judgement.ts';

/**
 * Everything that a request may ask for, with how its price is bounded. For whoever has a limit, what is not on it is refused.
 *
 * The day on which it was last compared with its sources: the types of `@anthropic-ai/sdk` 1.11.0 and 0.137.0, what Claude Code 2.1.329
 * and 2.1.330 were recorded to send, `@ai-sdk/anthropic` 4.0.105, `@langchain/anthropic` 1.5.11. Verify it before production.
 */
export const JUDGED_ON = '2026-11-29';

/**
 * Tokens that the provider adds for a tool or a setting that it describes to the model. The dearest published preamble has 1,234 tokens
 * (computer use).
 */
const PREAMBLE = 2_000;

const CACHED = 'cache_control:cache_control';
const RESULT = `${CACHED} caller:caller tool_use_id content:result`;
const TOOL = `${CACHED} name description input_schema input_examples allowed_callers defer_loading strict`;
const WEB = `${TOOL} max_uses allowed_domains blocked_domains response_inclusion user_location`;

/** Members of a body that are input, and that `count_tokens` takes. */
export const COUNTED = ['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking', 'output_config'] as const;

/** Members that add nothing to the input. The edits on the list only take from it. */
export const NO_INPUT = named(
  `max_tokens stream metadata stop_sequences temperature top_p top_k service_tier speed inference_geo cache_control
  context_management betas billing_policy diagnostics fallback_credit_token user_profile_id`,
);

const CONTENT = typed([
  ...kinds('text', 'bytes', `${CACHED} text citations:citation`),
  ...kinds('image', 'image', `${CACHED} source:image_source transformations:transformations`),
  ...kinds('document', 'document', `${CACHED} source:document_source title context citations:citations`),
  ...kinds('search_result', 'bytes', `${CACHED} source title content:content? citations:citations`),
  // What was thought comes along, signed or encrypted: the provider keeps none of it.
  ...kinds('thinking', 'bytes', 'thinking signature'),
  ...kinds('redacted_thinking', 'bytes', 'data'),
  ...kinds('tool_use', 'bytes', `${CACHED} caller:caller id name input toolset_name`),
  ...kinds('tool_result', 'bytes', `${CACHED} tool_use_id is_error toolset_name content:content?`),
  ...kinds('tool_reference', 'reference', `${CACHED} tool_name`),
  ...kinds('browser_state', 'window', `${CACHED} tabs state_changes`),
  ...kinds(
    'server_tool_use',
    'server-use',
    `${CACHED} caller:caller id input
    name=web_search|web_fetch|tool_search_tool_bm25|tool_search_tool_regex|advisor|code_execution|bash_code_execution|text_editor_code_execution`,
  ),
  // What the provider encrypted does not show its length, and files stay with it.
  ...kinds('web_search_tool_result web_fetch_tool_result advisor_tool_result', 'window', RESULT),
  ...kinds('code_execution_tool_result bash_code_execution_tool_result', 'window', RESULT),
  ...kinds('text_editor_code_execution_tool_result', 'window', RESULT),
  ...kinds('tool_search_tool_result', 'bytes', RESULT),
  ...kinds('mcp_tool_use', 'server-use', `${CACHED} id name input server_name`),
  ...kinds('mcp_tool_result', 'bytes', `${CACHED} tool_use_id is_error content:content?`),
  ...kinds('compaction', 'window', `${CACHED} content encrypted_content signature tool_changes:content`),
  ...kinds('tool_addition', 'bytes', `${CACHED} tool:added_tool`),
  ...kinds('tool_removal', 'bytes', `${CACHED} tool:removed_tool`),
  ...kinds('fallback', 'bytes', 'trigger from:served to:served'),
  ...kinds('container_upload mcp_tool_listing', 'unbounded'),
]);

const RESULTS = typed([
  ...kinds('web_search_tool_result_error web_fetch_tool_result_error', 'bytes', 'error_code'),
  ...kinds('advisor_tool_result_error code_execution_tool_result_error', 'bytes', 'error_code'),
  ...kinds('bash_code_execution_tool_result_error', 'bytes', 'error_code'),
  ...kinds('text_editor_code_execution_tool_result_error', 'bytes', 'error_code error_message'),
  ...kinds('tool_search_tool_result_error', 'bytes', 'error_code error_message'),
  ...kinds('web_search_result', 'bytes', 'encrypted_content title url page_age'),
  ...kinds('web_fetch_result', 'bytes', 'url retrieved_at content:content'),
  ...kinds('advisor_result advisor_redacted_result', 'bytes', 'text encrypted_content stop_reason'),
  ...kinds(
    'code_execution_result encrypted_code_execution_result bash_code_execution_result',
    'bytes',
    'content:output encrypted_stdout return_code stderr stdout',
  ),
  ...kinds(
    'text_editor_code_execution_view_result text_editor_code_execution_create_result',
    'bytes',
    'content file_type num_lines start_line total_lines is_file_update',
  ),
  ...kinds('text_editor_code_execution_str_replace_result', 'bytes', 'lines new_lines new_start old_lines old_start'),
  ...kinds('tool_search_tool_search_result', 'bytes', 'tool_references:content'),
]);

const TOOLS = typed(
  [
    ...kinds('custom', 'bytes', `${TOOL} eager_input_streaming`),
    ...kinds('bash_20241022 bash_20250124 memory_20250818', PREAMBLE, TOOL),
    ...kinds('text_editor_20241022 text_editor_20250124 text_editor_20250429', PREAMBLE, TOOL),
    ...kinds('text_editor_20250728', PREAMBLE, `${TOOL} max_characters`),
    ...kinds(
      'computer_20241022 computer_20250124 computer_20251124',
      PREAMBLE,
      `${TOOL} display_height_px display_width_px display_number enable_zoom`,
    ),
    // Several tools under one name; what the model is told about them is nowhere published.
    ...kinds('computer_toolset_20260801 browser_toolset_20260801', 'window', `${CACHED} configs`),
    ...kinds('tool_search_tool_bm25 tool_search_tool_bm25_20251119', 'tool-search', TOOL),
    ...kinds('tool_search_tool_regex tool_search_tool_regex_20251119', 'tool-search', TOOL),
    ...kinds('web_search_20250305 web_search_20260209 web_search_20260318', 'web-search', WEB),
    ...kinds(
      'web_fetch_20250910 web_fetch_20260209 web_fetch_20260309 web_fetch_20260318',
      'web-fetch',
      `${WEB} citations:citations max_content_tokens url_sources use_cache`,
    ),
    // By the hour, by other models, and by servers of others.
    ...kinds('code_execution_20250522 code_execution_20250825 code_execution_20260120', 'unbounded'),
    ...kinds('code_execution_20260521 advisor_20260301 mcp_toolset', 'unbounded'),
  ],
  'custom',
);

/** Each place of a request, by name; `body` is the whole. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  // A tier that is paid for beforehand costs no more than the usual. `fast` is bounded for a model that has a price of it. Unbounded:
  // other models, other servers, machines by the hour, and turns that the provider keeps, with the tools that they declare.
  body: plain(
    `max_tokens stream stop_sequences temperature top_p top_k user_profile_id model:model betas:betas system:content?
    messages:message tools:tool tool_choice:tool_choice thinking:thinking output_config:output_config output_format:format
    context_management:edits metadata:metadata cache_control:cache_control inference_geo=us|global service_tier=auto|standard_only
    speed=standard|fast diagnostics:diagnostics billing_policy:billing_policy fallback_credit_token:fallback_credit_token?
    fallbacks:! mcp_servers:! container:! thread:! compaction:! workspace_id:! safeguards:! classifier_context:!`,
  ),
  message: plain('role=user|assistant|system content:content? output_config:effort clear_at=next_user_message|never'),
  content: CONTENT,
  result: RESULTS,
  output: typed(kinds('code_execution_output bash_code_execution_output', 'bytes', 'file_id')),
  image_source: typed([
    ...kinds('base64', 'bytes', 'data media_type'),
    ...kinds('url', 'bytes', 'url'),
    ...kinds('file', 'bytes', 'file_id'),
  ]),
  document_source: typed([
    ...kinds('base64 text', 'bytes', 'data media_type'),
    ...kinds('content', 'bytes', 'content:content?'),
    ...kinds('url file', 'unbounded'),
  ]),
  tool: TOOLS,
  added_tool: typed([
    ...kinds('tool_reference', 'reference', 'name'),
    ...kinds('tool_definition', 'bytes', 'definition:tool'),
    ...kinds('mcp_tool_reference mcp_toolset_reference', 'unbounded'),
  ]),
  removed_tool: typed(kinds('tool_reference mcp_tool_reference mcp_toolset_reference', 'bytes', 'name server_name')),
  served: plain('model:model'),
  citation: typed([
    ...kinds(
      'char_location',
      'bytes',
      'cited_text document_index document_title file_id start_char_index end_char_index',
    ),
    ...kinds(
      'page_location',
      'bytes',
      'cited_text document_index document_title file_id start_page_number end_page_number',
    ),
    ...kinds(
      'content_block_location search_result_location',
      'bytes',
      `cited_text document_index document_title file_id search_result_index source title start_block_index end_block_index`,
    ),
    ...kinds('web_search_result_location', 'bytes', 'cited_text encrypted_index title url'),
  ]),
  citations: plain('enabled'),
  caller: typed([
    ...kinds('direct', 'bytes'),
    ...kinds('code_execution_20250825 code_execution_20260120 code_execution_20260521', 'bytes', 'tool_id'),
  ]),
  // Whom an entry of the cache serves does not change what it costs to write and to read.
  cache_control: typed(kinds('ephemeral', 'bytes', 'ttl=5m|1h scope=global|organization')),
  transformations: plain('oversized_image'),
  tool_choice: typed(kinds('auto any tool none', 'bytes', 'name disable_parallel_tool_use')),
  // What the model thinks is output, within `max_tokens`.
  thinking: typed(
    kinds('adaptive enabled disabled between_tools', 'bytes', 'budget_tokens display block_binding:binding'),
  ),
  binding: plain('prefix_mismatch_behavior'),
  metadata: plain('user_id'),
  output_config: plain('effort format:format task_budget:task_budget'),
  effort: plain('effort'),
  format: typed(kinds('json_schema', PREAMBLE, 'schema name strict')),
  task_budget: typed(kinds('tokens', PREAMBLE, 'total remaining')),
  edits: plain('edits:edit'),
  edit: typed([
    ...kinds(
      'clear_tool_uses_20250919',
      'bytes',
      'clear_at_least:amount clear_tool_inputs exclude_tools keep:amount trigger:amount',
    ),
    ...kinds('clear_thinking_20251015', 'bytes', 'keep:amount?'),
    ...kinds('compact_20260112', 'unbounded'),
  ]),
  amount: typed(kinds('input_tokens tool_uses thinking_turns all', 'bytes', 'value')),
  diagnostics: plain('previous_message_id'),
  billing_policy: typed(kinds('billing_policy', 'bytes', 'bill_to=self|user_profile')),
  // It makes the retry after a refusal cheaper.
  fallback_credit_token: plain('token mode'),
};
