import type { ContentBlock } from '@anthropic-ai/sdk/resources/messages';
import { answerSteps, errorSteps, jsonSteps, type Step } from '../../local/simulated-claude/steps.ts';
import {
  type Answer,
  errorEnvelope,
  errorTypeOf,
  textBlock,
  type TokenCounts,
  toolUseBlock,
} from '../../local/simulated-claude/wire.ts';
import type { Gate } from './gate.ts';

/** What an answer may know of the request that it answers. */
export interface Asked {
  readonly model: string;
  readonly stream: boolean;
  /** `req_upstream_1` and so on, in the order of arrival. */
  readonly requestId: string;
}

/** One scripted answer: a value that may be used again, for JSON and for streams. */
export type ScriptedAnswer = (asked: Asked) => Iterable<Step>;

/** Unless a test chooses others: enough that each kind's absence shows. */
export const DEFAULT_COUNTS: TokenCounts = { input: 100, output: 20, read: 0, write5m: 0, write1h: 0 };

export interface ReplyOptions {
  /** Over `DEFAULT_COUNTS`. */
  readonly usage?: Partial<TokenCounts>;
  /** Any text, also one that the SDK does not know. Default: `tool_use` with calls of tools, else `end_turn`. */
  readonly stopReason?: Answer['stopReason'];
  readonly stopSequence?: string;
}

const answerOf = (asked: Asked, content: readonly ContentBlock[], options: ReplyOptions): Answer => ({
  id: asked.requestId.replace('req_', 'msg_'),
  model: asked.model,
  content,
  stopReason: options.stopReason ?? (content.some((block) => block.type === 'tool_use') ? 'tool_use' : 'end_turn'),
  stopSequence: options.stopSequence ?? null,
  counts: { ...DEFAULT_COUNTS, ...options.usage },
});

/** A complete answer: one text, or blocks as they are given. */
export const reply =
  (content: string | readonly ContentBlock[] = 'ok', options: ReplyOptions = {}): ScriptedAnswer =>
  (asked) =>
    answerSteps(answerOf(asked, typeof content === 'string' ? [textBlock(content)] : content, options), asked.stream);

export interface ScriptedCall {
  readonly name: string;
  readonly input?: unknown;
  /** Default: made of the request's id and the call's place, so that none comes twice. */
  readonly id?: string;
}

/** An answer that calls tools, in parallel, after an optional text. */
export const toolCalls =
  (calls: readonly ScriptedCall[], options: ReplyOptions & { readonly text?: string } = {}): ScriptedAnswer =>
  (asked) => {
    const uses = calls.map(({ name, input = {}, id }, index) =>
      toolUseBlock(id ?? `toolu_${asked.requestId}_${index}`, name, input),
    );
    return reply(options.text === undefined ? uses : [textBlock(options.text), ...uses], options)(asked);
  };

export interface StatusOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is when it is a string, else as JSON. Default: the API's error envelope. */
  readonly body?: unknown;
  readonly message?: string;
}

/** A status, 4xx and 5xx as a rule. */
export const status =
  (code: number, { headers = {}, body, message = `scripted ${code}` }: StatusOptions = {}): ScriptedAnswer =>
  ({ requestId }) =>
    body === undefined
      ? errorSteps(code, message, requestId, headers)
      : jsonSteps(code, typeof body === 'string' ? body : JSON.stringify(body), headers);

/** The text of an error event, for `rawStream`. */
export const errorData = (code: number, message: string): string =>
  JSON.stringify(errorEnvelope(errorTypeOf(code), message, 'req_upstream_raw'));

/** 200 with a body that is no JSON. */
export const malformedJson = (): ScriptedAnswer => () => jsonSteps(200, '{"id": "msg_1", "type": "mess');

/** The connection is torn down before any byte of an answer. */
export const resetBeforeHeaders = (): ScriptedAnswer => () => [{ do: 'reset' }];

/** The request is taken, and nothing ever comes. */
export const neverAnswer = (): ScriptedAnswer => () => [{ do: 'hold' }];

/** A piece of a raw stream: bytes that leave as one chunk, a pause, or a gate. */
export type RawPiece = string | Uint8Array | { readonly pauseMs: number } | Gate;

const rawStep = (piece: RawPiece): Step => {
  if (typeof piece === 'string' || piece instanceof Uint8Array) {
    return { do: 'send', bytes: piece, piece: 'raw', billed: null };
  }
  return 'pauseMs' in piece ? { do: 'wait', ms: piece.pauseMs } : { do: 'await', arrive: piece.arrive };
};

/** An event stream given byte by byte. */
export const rawStream =
  (pieces: readonly RawPiece[], finish: 'end' | 'reset' | 'hold' = 'end'): ScriptedAnswer =>
  () => [
    { do: 'head', status: 200, headers: { 'content-type': 'text/event-stream' } },
    ...pieces.map(rawStep),
    { do: finish },
  ];
