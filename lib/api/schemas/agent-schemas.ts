import type { Complexity, Pattern } from '../../agent/define/agent-options.ts';
import { EFFECT_KINDS, FLOW_RULES, READ_KINDS } from '../../agent/flow/flow-rules.ts';
import { count, type JsonSchema, list, object, text } from '../json-schema.ts';

const PATTERNS = Object.keys({ react: true, reflection: true } satisfies Record<Pattern, true>);
const MODELS = { simple: text, standard: text, complex: text } satisfies Record<Complexity, JsonSchema>;

const reads: JsonSchema = { ...list({ enum: READ_KINDS }), description: 'what its results may hold' };

const rule = object({
  name: { enum: FLOW_RULES.map(({ name }) => name) },
  reads: { ...list({ enum: READ_KINDS }), description: 'once a run has read all of these' },
  does: { enum: EFFECT_KINDS, description: 'it does not do this by itself' },
  tools: { ...list(text), description: 'whose calls the rule holds' },
});

const tool = object({
  name: text,
  description: text,
  input: { type: 'object', description: 'the JSON schema that the model gets' },
  reads,
  does: { ...list({ enum: EFFECT_KINDS }), description: 'what a call may do' },
  sideEffects: { type: 'boolean' },
  requiresApproval: { type: 'boolean' },
});

const agent = {
  name: text,
  description: text,
  version: text,
  pattern: { enum: PATTERNS },
  models: { ...object(MODELS), description: 'the model for each complexity' },
  fallbackModels: { ...list(text), description: 'models that are called in order if one fails' },
  maxModelCalls: count,
  tools: list(tool),
  rules: { ...list(rule), description: 'which of its calls a person has to agree to, or are refused, and when' },
  output: { type: 'object', description: 'the JSON schema of `result`; left out where it answers in its own words' },
};

/** The body of `GET /agents`, as `lib/run/catalog.ts` makes it. */
export const agentSchemas: Readonly<Record<string, JsonSchema>> = {
  Agents: object({
    agents: list(
      object(
        agent,
        Object.keys(agent).filter((name) => name !== 'output'),
      ),
    ),
  }),
};
