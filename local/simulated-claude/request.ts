import * as z from 'zod/mini';

const CacheControl = z.nullish(z.looseObject({ type: z.literal('ephemeral'), ttl: z.optional(z.enum(['5m', '1h'])) }));

/** Any block of content; which fields a type needs is checked afterwards. */
const Block = z.looseObject({
  type: z.string(),
  text: z.optional(z.string()),
  id: z.optional(z.string()),
  name: z.optional(z.string()),
  input: z.optional(z.unknown()),
  tool_use_id: z.optional(z.string()),
  is_error: z.optional(z.boolean()),
  content: z.optional(z.unknown()),
  cache_control: CacheControl,
});

const Content = z.union([z.string(), z.array(Block)]);

const Tool = z.looseObject({
  name: z.string().check(z.regex(/^[a-zA-Z0-9_-]{1,128}$/)),
  type: z.nullish(z.string()),
  input_schema: z.optional(z.looseObject({ type: z.literal('object') })),
  cache_control: CacheControl,
});

const Countable = {
  model: z.string(),
  messages: z
    .array(z.looseObject({ role: z.enum(['user', 'assistant', 'system']), content: Content }))
    .check(z.minLength(1, 'at least one message is required')),
  system: z.optional(Content),
  tools: z.optional(z.array(Tool)),
  tool_choice: z.optional(
    z.looseObject({
      type: z.enum(['auto', 'any', 'tool', 'none']),
      name: z.optional(z.string()),
      disable_parallel_tool_use: z.optional(z.boolean()),
    }),
  ),
  thinking: z.optional(z.looseObject({ type: z.string() })),
  output_config: z.nullish(z.looseObject({ format: z.nullish(z.looseObject({ type: z.literal('json_schema') })) })),
  cache_control: CacheControl,
};

/** `POST /v1/messages/count_tokens`, as far as it is read here; other fields pass. */
export const CountRequest = z.looseObject(Countable);

/** `POST /v1/messages`, as far as it is read here; other fields pass. */
export const MessagesRequest = z.looseObject({
  ...Countable,
  max_tokens: z.int().check(z.minimum(0)),
  stream: z.optional(z.boolean()),
  stop_sequences: z.optional(z.array(z.string().check(z.minLength(1)))),
  temperature: z.optional(z.number().check(z.minimum(0), z.maximum(1))),
  top_p: z.optional(z.number().check(z.minimum(0), z.maximum(1))),
  top_k: z.optional(z.int().check(z.minimum(0))),
});

export type CountRequest = z.infer<typeof CountRequest>;
export type MessagesRequest = z.infer<typeof MessagesRequest>;
export type ContentBlockParam = z.infer<typeof Block>;
export type MessageParam = CountRequest['messages'][number];

/** Content as blocks: a string is one block of text. */
export const blocksOf = (content: z.infer<typeof Content>): readonly ContentBlockParam[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;

const reason = (issue: z.core.$ZodIssue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return `Input should be a valid ${issue.expected}`;
    case 'invalid_value':
      return `Input should be ${issue.values.map((value) => `'${String(value)}'`).join(' or ')}`;
    case 'too_small':
      return issue.origin === 'array' ? issue.message : `Input should be at least ${issue.minimum}`;
    case 'too_big':
      return `Input should be at most ${issue.maximum}`;
    default:
      return 'Input is not valid';
  }
};

const isMissing = (body: unknown, path: readonly PropertyKey[]): boolean => {
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], body);
  const key = path.at(-1);
  return key !== undefined && (parent as Record<PropertyKey, unknown>)[key] === undefined;
};

/** The first thing that is wrong with a body, as `path: reason`. */
export const wrongField = ({ issues: [issue] }: z.core.$ZodError, body: unknown): string => {
  if (!issue) return 'invalid body';
  return `${issue.path.join('.')}: ${isMissing(body, issue.path) ? 'Field required' : reason(issue)}`;
};
