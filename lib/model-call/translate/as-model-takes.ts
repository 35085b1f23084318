import type { TextBlockParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { objectOf } from '../../kernel/json.ts';
import type { ModelRequest } from '../provider.ts';
import { type Capability, capabilityOf } from './capabilities.ts';
import { apiVersionOf, SAMPLING, takesSampling } from './sampling.ts';
import { thinkingFor } from './translate-thinking.ts';

const instructionFor = (schema: unknown): TextBlockParam => ({
  type: 'text',
  text: `Your answer, once you need no more tools, is one JSON object and nothing else: no words around it. It has the form of this JSON schema: ${JSON.stringify(schema)}`,
});

/** The form of the answer as an instruction, for a model that cannot be held to it; the same request where none is asked. */
export const withFormatInWords = (request: ModelRequest, { refuses }: Capability): ModelRequest => {
  const { format, ...others } = objectOf(request.output_config);
  if (!refuses.has('output-format') || format === undefined || format === null) return request;
  const { system = [], output_config: _, ...rest } = request;
  const before: readonly TextBlockParam[] = typeof system === 'string' ? [{ type: 'text', text: system }] : system;
  return {
    ...rest,
    system: [...before, instructionFor(objectOf(format)['schema'])],
    ...(Object.keys(others).length === 0 ? {} : { output_config: others }),
  };
};

/** The request without its members of these names, and without those that have no value. */
export const withoutMembers = (request: object, leftOut: readonly string[]): ModelRequest => {
  const kept = Object.entries(request).filter(([name, value]) => value !== undefined && !leftOut.includes(name));
  return Object.fromEntries(kept) as unknown as ModelRequest;
};

/** A request that is made here in the form that its own model accepts: what it refuses takes its nearest, or is left out. */
export const asModelTakes = (asked: ModelRequest): ModelRequest => {
  const capability = capabilityOf(asked.model);
  const request = withFormatInWords(asked, capability);
  const leftOut = takesSampling(capability, apiVersionOf(asked)) ? [] : SAMPLING;
  return withoutMembers({ ...request, ...thinkingFor(request, capability, request.max_tokens) }, leftOut);
};
