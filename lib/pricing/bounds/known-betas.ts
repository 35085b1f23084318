import { named } from './judgement.ts';

/*
 * The betas of a request, by what is known of their price. `JUDGED_ON` in `billable-features.ts` is their day too.
 */

/** Betas that change no price by themselves: what they let a body ask for is judged where the body asks for it. */
export const BETAS = named(
  // Types of the SDKs.
  `advisor-tool-2026-03-01 cache-diagnosis-2026-04-07 code-execution-2025-05-22 compact-2026-01-12 compact-2026-09-04
  computer-use-2024-10-22 computer-use-2025-01-24 computer-use-2025-11-24 context-management-2025-06-27
  dev-full-thinking-2025-05-14 extended-cache-ttl-2025-04-11 fallback-credit-2026-06-01 fallback-credit-2026-07-01
  fast-mode-2026-02-01 files-api-2025-04-14 inline-tools-2026-09-15 interleaved-thinking-2025-05-14 mcp-client-2025-04-04
  mcp-client-2025-11-20 mcp-client-2026-09-15 message-batches-2024-09-24 message-threads-2026-08-12
  mid-conversation-output-config-2026-07-01 mid-conversation-system-clear-at-2026-08-21 mid-conversation-tool-changes-2026-07-01
  model-context-window-exceeded-2025-08-26 output-128k-2025-02-19 output-300k-2026-03-24 pdfs-2024-09-25
  prompt-caching-2024-07-31 server-side-fallback-2026-06-01 server-side-fallback-2026-07-01 skills-2025-10-02
  structured-outputs-2025-11-13 task-budgets-2026-03-13 thinking-binding-controls-2026-08-01
  thinking-display-updates-2026-08-18 thinking-token-count-2026-05-13 token-counting-2024-11-01
  token-efficient-tools-2025-02-19 user-profiles-2026-03-24 user-profiles-2026-08-18 user-profiles-2026-09-04
  user-profiles-billing-2026-10-01`,
  // Types of the SDKs, of other endpoints than this.
  `admin-user-sign-out-2026-10-08 agent-memory-2026-07-22 analytics-usage-cost-2026-08-24 ce-claude-code-managed-settings-2026-10-06
  ce-plugins-2026-09-01 ce-user-management-2026-07-13 dreaming-2026-04-21 managed-agents-2026-04-01 mcp-tunnels-2026-06-22
  spend-limit-reads-2026-09-26 telemetry-destinations-2026-08-11 webhooks-2026-10-07`,
  // Recorded of Claude Code, or in published copies of its constants.
  `claude-code-20250219 oauth-2025-04-20 per-turn-control-2026-07-01 advanced-tool-use-2025-11-20 effort-2025-11-24
  prompt-caching-scope-2026-01-05 redact-thinking-2026-02-12 structured-outputs-2025-12-15 token-efficient-tools-2026-03-28
  tool-search-tool-2025-10-19 web-search-2025-03-05`,
  // Sent by `@ai-sdk/anthropic` and `@langchain/anthropic`; the last one is in the provider's guide to streaming.
  `code-execution-2025-08-25 code-execution-web-tools-2026-02-09 dangerous-tool-use-2026-09-03 mid-conversation-system-2026-04-07
  web-fetch-2025-09-10 fine-grained-tool-streaming-2025-05-14`,
);

/** Betas under which a model takes a million tokens: bounded where its price knows of such a window. */
export const MILLION_TOKEN_BETAS = named('context-1m-2025-08-07');

/** Betas of the SDKs' types that nothing tells the price of. */
export const UNBOUNDED_BETAS = named('experimental-claude-tag-2026-10-21');
