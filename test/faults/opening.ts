import type { ContentBlock } from '@anthropic-ai/sdk/resources/messages';
import { refusedByModel } from '../../local/simulated-claude/check-model.ts';
import { findModel } from '../../local/simulated-claude/models.ts';
import type { MessagesRequest } from '../../local/simulated-claude/request.ts';
import { textBlock, toolUseBlock } from '../../local/simulated-claude/wire.ts';
import { reply, type ScriptedAnswer, status } from '../upstream/answers.ts';
import type { Answer } from './fault.ts';

/** What an agent says before it calls its tool, in a model call of its own: no fault may take it back. */
export const OPENING_TEXT = 'Let me work that out. ';

const CALLED = [textBlock(OPENING_TEXT), toolUseBlock('toolu_opening', 'calculate', { expression: '6*7' })];

const THOUGHT: ContentBlock = { type: 'thinking', thinking: 'Six times seven.', signature: 'of-the-asked-model' };

/** The first model call of an agent's run: it asks for a tool. */
export const TOOL_CALL: ScriptedAnswer = reply(CALLED);

/** The same by a model that thinks first; its thoughts go back to it with the tool's result. */
export const THOUGHTFUL: ScriptedAnswer = reply([THOUGHT, ...CALLED]);

/** The API version that the project's client speaks. */
const API_VERSION = '2026-10-21';

const hasThoughts = ({ messages }: MessagesRequest): boolean =>
  messages.some(({ content }) => Array.isArray(content) && content.some(({ type }) => type === 'thinking'));

/** Refuses with 400 what the model that is asked would refuse, the thoughts of another model included. */
export const unlessRefused =
  (answer: ScriptedAnswer): Answer =>
  (asked, body) => {
    const request = body as MessagesRequest;
    const model = findModel(asked.model);
    const isRefused = model === null || hasThoughts(request) || refusedByModel(request, model, API_VERSION) !== null;
    return (isRefused ? status(400) : answer)(asked);
  };
