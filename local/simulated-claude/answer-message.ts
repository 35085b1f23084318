import type { Clock } from '../../lib/kernel/clock.ts';
import { composeContent } from './compose.ts';
import { conversationOf } from './conversation.ts';
import { type Directive, type Effect } from './directive.ts';
import { readDirectives } from './directives.ts';
import {
  beforeContent,
  brokenAfter,
  errorEventAfter,
  malformedAfter,
  pingsOnly,
  spreadOver,
  withGaps,
} from './faults.ts';
import { limited } from './limits.ts';
import { createPromptCache, type InputCounts } from './prompt-cache.ts';
import type { MessagesRequest } from './request.ts';
import { answerSteps, errorSteps, type Step } from './steps.ts';
import { outputTokens, segmentsOf } from './tokens.ts';
import type { Answer } from './wire.ts';

export interface Asked {
  readonly request: MessagesRequest;
  readonly credential: string;
  readonly requestId: string;
}

/** Which call it is: of which model, and the how many-th for its task. */
interface Place {
  readonly model: string;
  readonly turn: number;
}

const OVERLOADED = { status: 529, type: 'overloaded_error', message: 'Overloaded' };

/** Faults of which an answer can have but one. */
const BREAKING: ReadonlySet<Effect['kind']> = new Set([
  'fault',
  'hang',
  'cut',
  'end',
  'stall',
  'malformed',
  'overloaded',
  'pings',
]);

const withEffect = (steps: Iterable<Step>, effect: Effect, requestId: string): Iterable<Step> => {
  switch (effect.kind) {
    case 'delay':
      return beforeContent(steps, [{ do: 'wait', ms: effect.ms }]);
    case 'gap':
      return withGaps(steps, effect.ms);
    case 'cut':
      return brokenAfter(steps, effect.after, [{ do: 'reset' }]);
    case 'end':
      return brokenAfter(steps, effect.after, [{ do: 'end' }]);
    case 'stall':
      return brokenAfter(steps, effect.after, [{ do: 'hold' }]);
    case 'malformed':
      return malformedAfter(steps, effect.after);
    case 'overloaded':
      return errorEventAfter(steps, effect.after, OVERLOADED, requestId);
    case 'pings':
      return pingsOnly(steps, effect.everyMs);
    default:
      return steps;
  }
};

/** Content, stop reason and counts; `effects` may override the last two. */
const decide = (
  request: MessagesRequest,
  requestId: string,
  effects: readonly Effect[],
  text: string,
  input: InputCounts,
): Answer => {
  const conversation = conversationOf(request);
  const answer = limited(composeContent(request, conversation, effects, text), request);
  const stop = effects.find((effect) => effect.kind === 'stop');
  const isPausedAgain = stop?.reason === 'pause_turn' && conversation.resumed;
  const stopReason = stop && !isPausedAgain ? stop.reason : answer.stopReason;
  const stopSequence = answer.stopSequence ?? request.stop_sequences?.[0] ?? null;
  const tokens = effects.find((effect) => effect.kind === 'tokens');
  return {
    id: requestId.replace('req_', 'msg_'),
    model: request.model,
    content: answer.content,
    stopReason,
    stopSequence: stopReason === 'stop_sequence' ? stopSequence : null,
    counts: { ...input, output: outputTokens(answer.content), ...tokens?.counts },
  };
};

/** Answers `POST /v1/messages`, and remembers what that takes: cached prompts, and how often a directive has held. */
export const createMessageAnswerer = (clock: Pick<Clock, 'now'>): ((asked: Asked) => Iterable<Step>) => {
  const cache = createPromptCache(clock);
  const held = new Map<string, number>();

  const holds = ({ source, times, model, turn }: Directive, asked: Place): boolean => {
    if ((model !== null && model !== asked.model) || (turn !== null && turn !== asked.turn)) return false;
    if (times === null) return true;
    const before = held.get(source) ?? 0;
    held.set(source, before + 1);
    return before < times;
  };

  /** In the order written; of the faults that break an answer only the first that holds, the others keep their count. */
  const effectsOf = (directives: readonly Directive[], asked: Place): Effect[] => {
    const effects: Effect[] = [];
    for (const directive of directives) {
      const isSpare = BREAKING.has(directive.effect.kind) && effects.some(({ kind }) => BREAKING.has(kind));
      if (!isSpare && holds(directive, asked)) effects.push(directive.effect);
    }
    return effects;
  };

  return ({ request, credential, requestId }) => {
    const { lastUserText, turn } = conversationOf(request);
    const { directives, rest } = readDirectives(lastUserText);
    const effects = effectsOf(directives, { model: request.model, turn });
    const fault = effects.find((effect) => effect.kind === 'fault');
    if (fault) return errorSteps(fault.status, `Simulated fault ${fault.status}`, requestId, fault.headers);
    if (effects.some((effect) => effect.kind === 'hang')) return [{ do: 'hold' }];
    const input = cache.charge(`${credential}\n${request.model}`, segmentsOf(request));
    const answer = decide(request, requestId, effects, rest, input);
    const whole = answerSteps(answer, request.stream === true);
    const over = effects.find((effect) => effect.kind === 'over');
    return effects.reduce<Iterable<Step>>(
      (steps, effect) => withEffect(steps, effect, requestId),
      over === undefined ? whole : spreadOver(whole, over.ms),
    );
  };
};
