import { elementsOf, objectOf } from '../../kernel/json.ts';
import type { CostBound } from '../booking/cost-bound.ts';
import type { ModelRequest, Wire } from '../provider.ts';
import { mayThink } from '../translate/capabilities.ts';
import type { Hiding } from './unseen.ts';

/** Streams the input of every tool that does not say otherwise. */
const EAGER_BETA = /\bfine-grained-tool-streaming-/;

const isEager = (tool: unknown, byBeta: boolean): boolean => {
  const { eager_input_streaming: eager } = objectOf(tool);
  return eager === true || (byBeta && (eager === undefined || eager === null));
};

/** Whether the model may generate a tool's input that is shown only when it is whole. */
const buffersTools = (request: ModelRequest, betas: string): boolean => {
  const byBeta = EAGER_BETA.test(betas);
  if (elementsOf(request.tools).some((tool) => !isEager(tool, byBeta))) return true;
  // Tools can be added within messages too.
  return elementsOf(request.messages).some((message) =>
    elementsOf(objectOf(message)['content']).some((block) => String(objectOf(block)['type']).startsWith('tool_add')),
  );
};

/** Tools of the provider's own that run at the caller. */
const RUNS_AT_CALLER = /^(custom|(bash|text_editor|memory|computer)_\d+|(computer|browser)_toolset_\d+)$/;

/** Whether the provider may run a tool, and then ask the model again within the request. */
const hasProviderTools = (request: ModelRequest): boolean =>
  elementsOf(request.tools).some((tool) => {
    const { type } = objectOf(tool);
    if (type === undefined || type === null) return false;
    return typeof type !== 'string' || !RUNS_AT_CALLER.test(type);
  });

const betasOf = (wire: Wire | undefined): string =>
  Object.entries(wire?.headers ?? {})
    .filter(([name]) => name.toLowerCase() === 'anthropic-beta')
    .map(([, value]) => value)
    .join();

/** What of a request may be generated, or done, without being seen. */
export const hidingOf = (
  request: ModelRequest,
  { unpriceable }: Pick<CostBound, 'unpriceable'>,
  wire: Wire | undefined,
): Hiding => ({
  mayThink: mayThink(request.model, request.thinking?.type),
  buffersTools: buffersTools(request, betasOf(wire)),
  // What has no bound may let the provider do anything.
  mayTakeTurns: unpriceable.length > 0 || hasProviderTools(request),
});
