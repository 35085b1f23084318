import type { Message, MessageParam, Usage } from '@anthropic-ai/sdk/resources/messages/messages';
import { textOf } from '../../model-call/attempt/assemble-message.ts';
import { withoutEarlierThinking } from '../../model-call/translate/earlier-thinking.ts';
import { familyOf } from '../../pricing/pricing.ts';
import { toolRound } from '../tools/tool-round.ts';
import { fitContext, type Weighed } from './model/fit-context.ts';
import type { Called, ModelCalls } from './model/model-calls.ts';
import { withMessages } from './model/with-messages.ts';
import { idsIn, soundUses } from './sound-uses.ts';
import { meaningOf, type RunStop } from './stop-reasons.ts';
import type { Transcript } from './transcript.ts';
import type { LoopParts, LoopResult, Run, Said } from './types.ts';

/** What a conversation has come to: an answer, or what kept it from one. */
export type Turn =
  | (Said & { readonly kind: 'answered' })
  /** With what there is of an answer. */
  | (Said & { readonly kind: 'limited' })
  | Exclude<Called, { kind: 'answered' | 'interrupted' | 'limited' }>;

/** What the agent and its model say to each other. */
export interface Conversation {
  readonly messages: readonly MessageParam[];
  /** What they weigh, as far as the provider has counted them. */
  readonly weighed: Weighed | null;
  /** What the model is told next. */
  tell(text: string): void;
  /** Calls the model, and the tools that it asks for, until it has answered or something stops it. */
  answer(): Promise<Turn>;
}

/** What an answer's stop reason means for the run; `null`: it goes on. Reasons we do not know end it, as they are. */
const stopOf = (stopReason: string | null): RunStop | null => {
  if (stopReason === 'tool_use' || stopReason === 'pause_turn') return null;
  if (stopReason === 'model_context_window_exceeded') return 'context_window';
  return stopReason as RunStop;
};

const tokensOf = (usage: Usage): number =>
  usage.input_tokens +
  (usage.cache_read_input_tokens ?? 0) +
  (usage.cache_creation_input_tokens ?? 0) +
  usage.output_tokens;

/** Begins with the run's own messages. Before each call of which something is weighed it is made to fit the window of the run's model. */
export const createConversation = (
  parts: LoopParts,
  run: Run,
  calls: ModelCalls,
  transcript: Transcript,
): Conversation => {
  const { maxOutputTokens } = run.agent;
  const contextWindow = parts.contextWindowOf(run.model);
  let messages: readonly MessageParam[] = run.messages;
  const ids = idsIn(messages);
  let weighed: Weighed | null = run.weighed ?? null;

  const fits = (): boolean => {
    if (weighed === null || contextWindow === null) return true;
    const fitted = fitContext(messages, weighed, { contextWindow, maxOutputTokens });
    if (fitted.fits) messages = fitted.messages;
    return fitted.fits;
  };
  const hear = ({ model, content, usage }: Message): void => {
    const turn: MessageParam = { role: 'assistant', content };
    // A stand-in's thinking is signed for itself: the asked model, which is asked next, may refuse it.
    const received = familyOf(model) === familyOf(run.model) ? [turn] : withoutEarlierThinking([turn]);
    // The provider takes no message without content.
    if (content.length > 0) messages = [...messages, ...received];
    weighed = { tokens: tokensOf(usage), messages: messages.length };
  };

  return {
    get messages() {
      return messages;
    },
    get weighed() {
      return weighed;
    },
    tell(text) {
      messages = [...messages, { role: 'user', content: text }];
    },
    async answer() {
      let text = '';
      let by: string | null = null;
      let withTools = false;
      const say = (more: string, goesOn: boolean, isPaused = false): void => {
        text = goesOn ? text + more : more || text;
        run.stream.textIs(text, isPaused);
      };
      const limited = (stop: RunStop): Turn => ({ kind: 'limited', stop, text, by, withTools });
      for (;;) {
        if (!fits()) return limited('context_window');
        const goesOn = messages.at(-1)?.role === 'assistant';
        const called = await calls.make(run, messages, goesOn);
        if ('error' in called) return called;
        if ('received' in called) messages = withMessages(messages, called.received);
        if (called.kind === 'interrupted') {
          run.stream.textIs(text);
          continue;
        }
        if (called.kind === 'limited') {
          say(called.text, goesOn);
          return limited(called.stop);
        }
        const { call, message } = called;
        say(textOf(message), goesOn, message.stop_reason === 'pause_turn');
        by = message.model;
        const { content, uses } = soundUses(message.content, ids);
        withTools = uses.length > 0 || (withTools && textOf(message) === '');
        hear({ ...message, content: [...content] });
        const stop = stopOf(message.stop_reason);
        if (stop !== null && meaningOf(stop).status === 'incomplete') return limited(stop);
        if (stop !== null) return { kind: 'answered', stop, text, by, withTools };
        if (message.stop_reason === 'pause_turn') continue;
        if (uses.length === 0) return { kind: 'answered', stop: 'end_turn', text, by, withTools };
        if (calls.left === 0) return limited('max_model_calls');
        const round = await toolRound(parts, run, transcript, { call, uses });
        if (round.kind === 'limited') return limited(round.stop);
        if (round.kind === 'failed') return round;
        messages = [...messages, round.results];
      }
    },
  };
};

/** What a run came to, with what was said on the way. */
export const withConversation = (
  result: LoopResult,
  { messages, weighed }: Pick<Conversation, 'messages' | 'weighed'>,
): LoopResult => ({ ...result, messages, weighed });
