import type { SimulatedModel } from './models.ts';
import { blocksOf, type CountRequest, type MessagesRequest } from './request.ts';

const refused = (setting: string): string => `${setting} is not supported for this model`;

/** Thinking can't be turned off: what turns it off, or forces a tool without it, is refused. */
export const alwaysThinks = ({ line, version }: SimulatedModel): boolean =>
  line === 'fable' || line === 'mythos' || (version >= 5.5 && line !== 'haiku');

const thinkingTypes = (model: SimulatedModel): readonly string[] => [
  ...(model.version >= 4.6 ? ['adaptive'] : []),
  ...(model.version < 4.7 ? ['enabled'] : []),
  ...(alwaysThinks(model) ? [] : ['disabled']),
  ...(model.id === 'claude-sonnet-5-5' ? ['between_tools'] : []),
];

const efforts = ({ line, version }: SimulatedModel): readonly string[] => {
  if (version < 4.6) return line === 'opus' ? ['low', 'medium', 'high'] : [];
  return ['low', 'medium', 'high', ...(version >= 4.7 ? ['xhigh'] : []), 'max'];
};

const wrongBudget = (request: MessagesRequest): string | null => {
  const budget = Number(request.thinking?.['budget_tokens']);
  if (!(budget >= 1024)) return 'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024';
  return budget < request.max_tokens ? null : '`max_tokens` must be greater than `thinking.budget_tokens`';
};

/** Where tools were called, manual thinking asks the last turn of the assistant's to begin with its thinking. */
const lostThinking = ({ messages }: CountRequest): boolean => {
  const blocks = blocksOf(messages.findLast(({ role }) => role === 'assistant')?.content ?? []);
  return blocks.some(({ type }) => type.endsWith('tool_use')) && !blocks[0]?.type.endsWith('thinking');
};

const wrongManual = (request: MessagesRequest): string | null => {
  const choice = request.tool_choice?.type;
  if (choice === 'any' || choice === 'tool') return 'Thinking may not be enabled when tool_choice forces tool use.';
  if (lostThinking(request)) return 'Expected `thinking` or `redacted_thinking`, but found `tool_use`';
  return wrongBudget(request);
};

const wrongEffort = (request: MessagesRequest, model: SimulatedModel): string | null => {
  const effort = (request['output_config'] as { readonly effort?: string | null } | null | undefined)?.effort;
  if (effort === undefined || effort === null) return null;
  if (!efforts(model).includes(effort)) return refused(`effort level '${effort}'`);
  const type = request.thinking?.type;
  const unthinking = type === 'between_tools' || (type === 'disabled' && model.version >= 5);
  const mayBe = !unthinking || model.id === 'claude-sonnet-5' || (effort !== 'xhigh' && effort !== 'max');
  return mayBe ? null : refused(`effort level '${effort}' without thinking`);
};

/** What this model would refuse about thinking and effort; `null` when nothing. */
export const wrongThinking = (request: MessagesRequest, model: SimulatedModel): string | null => {
  const type = request.thinking?.type;
  if (type !== undefined && !thinkingTypes(model).includes(type)) return refused(`"thinking.type.${type}"`);
  return (type === 'enabled' ? wrongManual(request) : null) ?? wrongEffort(request, model);
};
