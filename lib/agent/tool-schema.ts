import type { Tool } from '@anthropic-ai/sdk/resources/messages/messages';
import * as z from 'zod/mini';

const schemas = new WeakMap<z.core.$ZodType, Tool.InputSchema>();

/** A tool's input as JSON schema for the model, made once. Throws at the first use of a type that JSON schema lacks. */
export const toolSchema = (input: z.core.$ZodType): Tool.InputSchema => {
  const known = schemas.get(input);
  if (known) return known;
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: 'input' });
  schemas.set(input, schema as Tool.InputSchema);
  return schema as Tool.InputSchema;
};
