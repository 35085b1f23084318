import type { Tool } from '../lib/agent/define/define-tool.ts';
import type { ReplyOptions, ScriptedAnswer } from './upstream/answers.ts';

/** A call of a tool that the scripted model makes. */
export interface ToolUse {
  readonly name: string;
  readonly input: unknown;
  /** Whether the model makes the tool up: the agent has none of this name. */
  readonly invented: boolean;
}

/** One turn of the scripted model: an answer, or something that goes wrong. */
export type Turn =
  | Once
  | {
      readonly kind: 'always';
      /** Taken for every call from here on. */
      readonly turn: Once;
    };

/** A turn of one call. */
export type Once =
  | {
      readonly kind: 'answer';
      readonly text: string;
      readonly calls: readonly ToolUse[];
      readonly options: ReplyOptions;
      /** Before the first content. */
      readonly delayMs: number;
    }
  | {
      readonly kind: 'fault';
      /** As the test wrote it, for a sentence about the script. */
      readonly what: string;
      readonly answer: ScriptedAnswer;
    };

type Answered = Extract<Once, { kind: 'answer' }>;

/** The model says this, an object as JSON, and ends its turn; with `usage` and `stopReason` as given. */
export const says = (words: string | object, options: ReplyOptions = {}): Answered => ({
  kind: 'answer',
  text: typeof words === 'string' ? words : JSON.stringify(words),
  calls: [],
  options,
  delayMs: 0,
});

/** A bare text is what the model says. */
export const asTurn = (turn: string | Turn): Turn => (typeof turn === 'string' ? says(turn) : turn);
export const asOnce = (turn: string | Once): Once => (typeof turn === 'string' ? says(turn) : turn);

/** The model calls a tool, by its name or as it was defined. Any input: what the tool's schema refuses, the model is told. */
export const calls = (
  tool: string | Pick<Tool, 'name'>,
  input: unknown = {},
  { invented = false, ...options }: ReplyOptions & { readonly invented?: boolean } = {},
): Answered => {
  const name = typeof tool === 'string' ? tool : tool.name;
  return { kind: 'answer', text: '', calls: [{ name, input, invented }], options, delayMs: 0 };
};

/** One turn out of several answers: text first, and all calls at the same time. */
export const together = (...turns: readonly (string | Answered)[]): Answered => {
  const parts = turns.map((turn) => (typeof turn === 'string' ? says(turn) : turn));
  return {
    kind: 'answer',
    text: parts.map(({ text }) => text).join(''),
    calls: parts.flatMap((part) => part.calls),
    options: Object.assign({}, ...parts.map(({ options }) => options)) as ReplyOptions,
    delayMs: Math.max(0, ...parts.map(({ delayMs }) => delayMs)),
  };
};

/** The model declines: an answer, not a fault. */
export const declines = (text = ''): Answered => says(text, { stopReason: 'refusal' });

/** The turn of every call from here on, also of none; it stands last in a list. */
export const always = (turn: string | Once): Turn => ({ kind: 'always', turn: asOnce(turn) });

/** A turn in a few words. */
export const describeTurn = (turn: Turn): string => {
  if (turn.kind === 'always') return `always ${describeTurn(turn.turn)}`;
  if (turn.kind === 'fault') return turn.what;
  const spoken = turn.text === '' && turn.calls.length > 0 ? [] : [`says "${turn.text}"`];
  return [...spoken, ...turn.calls.map(({ name }) => `calls ${name}`)].join(' and ');
};
