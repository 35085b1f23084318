import type { Complexity, Pattern } from '../../agent/define/agent-options.ts';
import { EFFECT_KINDS, FLOW_RULES, READ_KINDS } from '../../agent/flow/flow-rules.ts';
import type { AgentView } from '../../run/describe-agent.ts';
import { count, type JsonSchema, list, object, orNull, text, usd } from '../json-schema.ts';

const PATTERNS = Object.keys({ react: true, reflection: true } satisfies Record<Pattern, true>);
const MODELS = { simple: text, standard: text, complex: text } satisfies Record<Complexity, JsonSchema>;

/** An object of these fields, some of which may be left out. */
const optional = <Fields extends Readonly<Record<string, JsonSchema>>>(
  fields: Fields,
  leftOut: readonly (keyof Fields)[],
): JsonSchema =>
  object(
    fields,
    Object.keys(fields).filter((name) => !leftOut.includes(name)),
  );

const reads: JsonSchema = { ...list({ enum: READ_KINDS }), description: 'what its results may hold' };

const rule = object({
  name: { enum: FLOW_RULES.map(({ name }) => name) },
  reads: { ...list({ enum: READ_KINDS }), description: 'once a run has read all of these' },
  does: { enum: EFFECT_KINDS, description: 'it does not do this by itself' },
  tools: { ...list(text), description: 'whose calls the rule holds' },
});

const MILLISECONDS = 'milliseconds';
const SHOWN = 'only to the scope `admin`';

const endpoint = object({
  name: text,
  url: { ...orNull(text), description: 'where requests go in this stage; `null`: to one of `hosts`' },
  hosts: { ...orNull(list(text)), description: 'of which any https URL may be asked; `null`: it has a `url`' },
  network: { enum: ['public', 'private'], description: 'which addresses its name may lead to' },
  secret: { ...orNull(text), description: 'the name of the secret that each request carries' },
});

type ToolView = AgentView['tools'][number];

const tool = {
  name: text,
  description: text,
  input: { type: 'object', description: 'the JSON schema that the model gets' },
  reads,
  does: { ...list({ enum: EFFECT_KINDS }), description: 'what a call may do' },
  sideEffects: { type: 'boolean' },
  requiresApproval: { type: 'boolean' },
  timeoutMs: { ...count, description: `the longest time of one call, in ${MILLISECONDS}` },
  endpoints: { ...list(endpoint), description: `where it may reach; ${SHOWN}` },
} satisfies Record<keyof ToolView, JsonSchema>;

const agent = {
  name: text,
  description: text,
  version: text,
  pattern: { enum: PATTERNS },
  models: { ...object(MODELS), description: 'the model for each complexity' },
  fallbackModels: { ...list(text), description: 'models that are called in order if one fails' },
  maxModelCalls: count,
  maxOutputTokens: { ...count, description: 'of one model call' },
  maxToolOutputChars: { ...count, description: 'the longest result of a tool that the model gets' },
  maxCostUsd: { ...orNull(usd), description: 'of one run; `null`: it has no limit of its own' },
  timeoutMs: {
    ...orNull(count),
    description: `the longest time of one run, in ${MILLISECONDS}; \`null\`: the stage's`,
  },
  retries: { ...orNull(count), description: "of one model call; `null`: the stage's" },
  tools: list(optional(tool, ['endpoints'])),
  inputReads: {
    ...list({ enum: READ_KINDS }),
    description: 'what its task and messages may hold beside the words of the caller: `untrusted`, `private`',
  },
  rules: { ...list(rule), description: 'which of its calls a person has to agree to, or are refused, and when' },
  output: { type: 'object', description: 'the JSON schema of `result`; left out where it answers in its own words' },
  system: { ...text, description: `its system prompt; ${SHOWN}` },
  denyInput: {
    type: 'object',
    additionalProperties: text,
    description: `patterns of input that it does not take, by name; ${SHOWN}`,
  },
} satisfies Record<keyof AgentView, JsonSchema>;

/** The body of `GET /agents`, as `lib/run/describe-agent.ts` makes it. */
export const agentSchemas: Readonly<Record<string, JsonSchema>> = {
  Agents: object({ agents: list(optional(agent, ['output', 'system', 'denyInput'])) }),
};
