import { pico, type PicoUsd } from '../kernel/money.ts';
import { elementsOf, isSet, objectOf, type JsonObject } from './json.ts';
import type { Price } from './price-table.ts';

/** What the tools of a request can add to its bill beyond their own definitions. */
export interface ToolBound {
  /** Tokens of what the provider tells the model about tools of its own; infinite where that is not known. */
  readonly preambleTokens: number;
  /** Calls of server tools that the request allows. */
  readonly serverToolUses: number;
  readonly webSearches: number;
  /** Whether a tool runs at the provider without a limit or a price. */
  readonly unbounded: boolean;
}

/** Tools of the provider's own that run at the caller. The dearest preamble published is 1,234 tokens (computer use). */
const CLIENT_TOOL = /^(bash|text_editor|memory|computer)_\d+$/;
const PREAMBLE_TOKENS = 2_000;

/** Several tools under one name; what they tell the model is nowhere published. */
const TOOLSET = /^(computer|browser)_toolset_\d+$/;

/** The server tools whose calls are limited by `max_uses`. A fetch costs its tokens only. */
const COUNTED_TOOL = /^web_(search|fetch)_\d+$/;

const NOTHING: ToolBound = { preambleTokens: 0, serverToolUses: 0, webSearches: 0, unbounded: false };

const boundOf = ({ type, max_uses: uses }: JsonObject): ToolBound => {
  if (!isSet(type) || type === 'custom') return NOTHING;
  if (typeof type !== 'string') return { ...NOTHING, unbounded: true };
  if (CLIENT_TOOL.test(type)) return { ...NOTHING, preambleTokens: PREAMBLE_TOKENS };
  if (TOOLSET.test(type)) return { ...NOTHING, preambleTokens: Number.POSITIVE_INFINITY };
  // Everything else runs there, also what is not known yet: code execution is billed by the hour, an advisor by its own model.
  if (!COUNTED_TOOL.test(type) || !Number.isSafeInteger(uses) || Number(uses) < 0) {
    return { ...NOTHING, unbounded: true };
  }
  const serverToolUses = Number(uses);
  return {
    preambleTokens: PREAMBLE_TOKENS,
    serverToolUses,
    webSearches: type.startsWith('web_search') ? serverToolUses : 0,
    unbounded: false,
  };
};

/** The tools of a request, added up. */
export const toolBoundOf = (request: unknown): ToolBound =>
  elementsOf(objectOf(request)['tools'])
    .map((tool) => boundOf(objectOf(tool)))
    .reduce(
      (all, one) => ({
        preambleTokens: all.preambleTokens + one.preambleTokens,
        serverToolUses: all.serverToolUses + one.serverToolUses,
        webSearches: all.webSearches + one.webSearches,
        unbounded: all.unbounded || one.unbounded,
      }),
      NOTHING,
    );

/** The most that the calls of a request's server tools cost, their tokens aside; those that `inputBoundOf` finds unpriceable are not in it. */
export const serverToolBound = (request: unknown, { webSearch }: Pick<Price, 'webSearch'>): PicoUsd =>
  pico(BigInt(toolBoundOf(request).webSearches) * webSearch);
