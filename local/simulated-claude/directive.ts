import type { TokenCounts } from './wire.ts';

export interface ToolCall {
  readonly name: string;
  readonly input: unknown;
}

/** What a directive asks for. `after` counts events from the start of the stream. */
export type Effect =
  | { readonly kind: 'fault'; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'hang' | 'revise' }
  | { readonly kind: 'delay' | 'gap'; readonly ms: number }
  | { readonly kind: 'over'; readonly ms: number }
  | { readonly kind: 'cut' | 'end' | 'stall' | 'malformed' | 'overloaded'; readonly after: number }
  | { readonly kind: 'pings'; readonly everyMs: number }
  | { readonly kind: 'stop'; readonly reason: string }
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'count'; readonly to: number }
  | ({ readonly kind: 'tool' } & ToolCall)
  | ({ readonly kind: 'tool-loop' } & ToolCall)
  | ({ readonly kind: 'step' } & ToolCall)
  | { readonly kind: 'tokens'; readonly counts: Partial<TokenCounts> };

export interface Directive {
  /** As it was written, brackets included: the key under which `times` counts. */
  readonly source: string;
  readonly effect: Effect;
  /** For how many requests it holds; `null`: all. */
  readonly times: number | null;
  /** The one model it holds for; `null`: all. */
  readonly model: string | null;
  /** The one call for its task that it holds for, from 1; `null`: all. */
  readonly turn: number | null;
}
