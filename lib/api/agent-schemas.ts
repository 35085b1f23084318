import type { Complexity, Pattern } from '../agent/define/define-agent.ts';
import { count, type JsonSchema, list, object, text } from './json-schema.ts';

const PATTERNS = Object.keys({ react: true, reflection: true } satisfies Record<Pattern, true>);
const MODELS = { simple: text, standard: text, complex: text } satisfies Record<Complexity, JsonSchema>;

const tool = object({
  name: text,
  description: text,
  input: { type: 'object', description: 'the JSON schema that the model gets' },
  sideEffects: { type: 'boolean' },
  requiresApproval: { type: 'boolean' },
});

const agent = object({
  name: text,
  description: text,
  version: text,
  pattern: { enum: PATTERNS },
  models: { ...object(MODELS), description: 'the model for each complexity' },
  fallbackModels: { ...list(text), description: 'models that are called in order if one fails' },
  maxModelCalls: count,
  tools: list(tool),
});

/** The body of `GET /agents`, as `lib/run/catalog.ts` makes it. */
export const agentSchemas: Readonly<Record<string, JsonSchema>> = { Agents: object({ agents: list(agent) }) };
