import type { ModelRequest, Wire } from '../provider.ts';

/**
 * Betas with limits of their own at the provider, by their names without a date.
 * Source: its pages on rate limits (long context requests), stored copies read on 2026-11-29.
 */
const WITH_LIMITS: readonly string[] = ['context-1m'];

/**
 * Betas that are limited with all else: those of `@anthropic-ai/sdk` 1.11.0 and of coding agents, as of 2026-11-29. One
 * that is not listed may have limits of its own: such requests are a kind beside the others.
 */
const WITHOUT_LIMITS: ReadonlySet<string> = new Set([
  ...['advanced-tool-use', 'advisor-tool', 'cache-diagnosis', 'claude-code', 'code-execution', 'compact'],
  ...['computer-use', 'context-management', 'effort', 'extended-cache-ttl', 'fallback-credit', 'fast-mode'],
  ...['files-api', 'fine-grained-tool-streaming', 'inline-tools', 'interleaved-thinking', 'mcp-client'],
  ...['mid-conversation-output-config', 'mid-conversation-system-clear-at', 'mid-conversation-tool-changes'],
  ...['model-context-window-exceeded', 'output-128k', 'output-300k', 'pdfs', 'per-turn-control', 'prompt-caching'],
  ...['server-side-fallback', 'skills', 'structured-outputs', 'task-budgets', 'thinking-binding-controls'],
  ...['thinking-display-updates', 'thinking-token-count', 'token-counting', 'token-efficient-tools', 'user-profiles'],
]);

/** A beta without its date, in the two ways in which they are written. */
const nameOf = (beta: string): string => beta.replace(/-(?:\d{4}-\d{2}-\d{2}|\d{8})$/, '');

const betasOf = (wire: Pick<Wire, 'headers'> | undefined): readonly string[] =>
  (wire?.headers['anthropic-beta'] ?? '').split(',').flatMap((beta) => {
    const name = nameOf(beta.trim());
    return name === '' ? [] : [name];
  });

/** Of a member: nothing where it says what goes without saying, else the kind of its value, or the one of all others. */
const kindsOf = (value: unknown, plain: string, known: ReadonlyMap<unknown, string>, other: string) =>
  value === undefined || value === null || value === plain ? [] : [known.get(value) ?? other];

const SPEEDS: ReadonlyMap<unknown, string> = new Map([['fast', 'fast']]);
const TIERS: ReadonlyMap<unknown, string> = new Map([
  ['standard_only', 'standard-only'],
  ['priority', 'priority'],
]);

/**
 * Which of the provider's limits a request counts against, besides its model and key: `standard`, or what has limits of
 * its own, such as `fast` or `fast.context-1m`. A 429 speaks of requests of this kind alone. The values are a closed
 * set, whatever a client sends: what is not known is of one other kind for each member.
 */
export const limitKindOf = (request: ModelRequest, wire?: Pick<Wire, 'headers'>): string => {
  const { speed, service_tier: tier } = request as { speed?: unknown; service_tier?: unknown };
  const betas = betasOf(wire);
  const own = WITH_LIMITS.filter((beta) => betas.includes(beta));
  const isOther = betas.some((beta) => !own.includes(beta) && !WITHOUT_LIMITS.has(beta));
  const parts = [
    ...kindsOf(speed, 'standard', SPEEDS, 'other-speed'),
    ...kindsOf(tier, 'auto', TIERS, 'other-tier'),
    ...own,
    ...(isOther ? ['other-beta'] : []),
  ];
  return parts.length === 0 ? 'standard' : parts.join('.');
};
