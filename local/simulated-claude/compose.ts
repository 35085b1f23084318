import { createHash } from 'node:crypto';
import type { ContentBlock } from '@anthropic-ai/sdk/resources/messages';
import { REVIEWER } from '../../lib/agent/loop/patterns/reviewer.ts';
import { objectOf } from '../../lib/kernel/json.ts';
import type { Conversation } from './conversation.ts';
import { suggestedCalls } from './demo-tools.ts';
import type { Effect, ToolCall } from './directive.ts';
import { blocksOf, type MessagesRequest } from './request.ts';
import { sampleOf } from './sample-json.ts';
import { cutText } from './split-text.ts';
import { textBlock, toolUseBlock } from './wire.ts';

const QUOTED_CHARACTERS = 160;
const RESULT_CHARACTERS = 500;

const shortened = (text: string, limit: number): string =>
  text.length <= limit ? text : `${cutText(text, limit).trimEnd()}…`;

/** Whether Ballast asks for the review of a draft: the prompt quotes the task, but is not it. */
const isReview = ({ system = [] }: MessagesRequest): boolean => blocksOf(system).some(({ text }) => text === REVIEWER);

/** A review that knows nothing approves, so that a run comes to its end. */
const reviewOf = (effects: readonly Effect[]): string =>
  effects.some(({ kind }) => kind === 'revise')
    ? 'REVISE\nSimulated Claude: no model has read the draft; it is to be written anew because the task says so.'
    : 'APPROVED\nSimulated Claude: no model has read the draft.';

/** Calls that come whatever the user wrote: the client forces a tool. */
const forcedCalls = ({ tool_choice: choice, tools = [] }: MessagesRequest, suggested: ToolCall[]): ToolCall[] => {
  const name = choice?.type === 'tool' ? choice.name : choice?.type === 'any' ? tools[0]?.name : undefined;
  if (name === undefined) return [];
  const fitting = suggested.filter((call) => choice?.type === 'any' || call.name === name);
  return fitting.length > 0 ? fitting : [{ name, input: {} }];
};

const callsOf = (
  request: MessagesRequest,
  conversation: Conversation,
  effects: readonly Effect[],
  text: string,
): ToolCall[] => {
  const looped = effects.filter((effect) => effect.kind === 'tool-loop');
  if (looped.length > 0) return looped;
  const offered = new Set(request.tools?.map((tool) => tool.name));
  const suggested = suggestedCalls(text, offered);
  const forced = forcedCalls(request, suggested);
  if (forced.length > 0) return forced;
  if (conversation.resumed) return [];
  const directed = effects.filter((effect) => effect.kind === 'tool');
  const steps = effects.filter((effect) => effect.kind === 'step');
  const step = steps[conversation.turn - 1 - Math.min(directed.length, 1)];
  if (step !== undefined) return [step];
  if (conversation.results.length > 0) return [];
  if (directed.length > 0) return directed;
  const isSaid = effects.some(({ kind }) => kind === 'say' || kind === 'count');
  return request.tool_choice?.type === 'none' || isSaid ? [] : suggested;
};

const replyTo = ({ results, resumed }: Conversation, effects: readonly Effect[], text: string): string => {
  const said = effects.find((effect) => effect.kind === 'say');
  if (said) return said.text;
  const counted = effects.find((effect) => effect.kind === 'count');
  if (counted) return Array.from({ length: counted.to }, (_, at) => at + 1).join(' ');
  if (results.length > 0) {
    const told = results.map(
      (result) =>
        `${result.name} ${result.isError ? 'failed' : 'says'}: ${shortened(result.text.trim(), RESULT_CHARACTERS)}`,
    );
    return `Simulated Claude: ${told.join('\n')}`;
  }
  const task = shortened(text.trim().replace(/\s+/g, ' '), QUOTED_CHARACTERS);
  if (resumed) return `Simulated Claude: going on with "${task}".`;
  return `Simulated Claude: no real model was asked. It would now answer "${task}".`;
};

/** The same conversation always gives the same id, and a longer one another: ids stay unique across restarts. */
const toolUseId = (request: MessagesRequest, index: number): string =>
  `toolu_sim_${createHash('sha256')
    .update(`${index}\n${JSON.stringify(request.messages)}`)
    .digest('hex')
    .slice(0, 20)}`;

/** What the answer says before any limit: calls of tools, or a text. `text` is the user's, without directives. */
export const composeContent = (
  request: MessagesRequest,
  conversation: Conversation,
  effects: readonly Effect[],
  text: string,
): ContentBlock[] => {
  if (isReview(request)) return [textBlock(reviewOf(effects))];
  const calls = callsOf(request, conversation, effects, text);
  const isSaid = effects.some(({ kind }) => kind === 'say' || kind === 'count');
  const format = objectOf(request.output_config?.format);
  if (calls.length === 0 && format['type'] === 'json_schema' && !isSaid)
    return [textBlock(JSON.stringify(sampleOf(format['schema'], 'Simulated Claude: no real model was asked.')))];
  if (calls.length === 0) return [textBlock(replyTo(conversation, effects, text))];
  const allowed = request.tool_choice?.disable_parallel_tool_use ? calls.slice(0, 1) : calls;
  return allowed.map(({ name, input }, index) => toolUseBlock(toolUseId(request, index), name, input));
};
