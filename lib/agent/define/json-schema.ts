import type { Tool } from '@anthropic-ai/sdk/resources/messages/messages';
import { type $ZodType, toJSONSchema } from 'zod/v4/core';

const schemas = new WeakMap<$ZodType, Tool.InputSchema>();

/** A tool's input as JSON schema for the model, made once. Throws at the first use of a type that JSON schema lacks. */
export const toolSchema = (input: $ZodType): Tool.InputSchema => {
  const known = schemas.get(input);
  if (known) return known;
  const { $schema: _, ...schema } = toJSONSchema(input, { io: 'input' });
  schemas.set(input, schema as Tool.InputSchema);
  return schema as Tool.InputSchema;
};
