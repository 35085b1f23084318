import { DOCUMENT } from '../openapi/document.ts';
import type { Draw } from './draw.ts';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly pattern?: string;
  readonly format?: string;
}

const MODELS = ['claude-haiku-5-5', 'claude-sonnet-5-5', 'claude-opus-5-5', 'claude-haiku-4-5'];
const AGENTS = ['assistant', 'researcher', 'clerk'];
const MESSAGES = [
  [{ role: 'user', content: 'What is 17 * 23?' }],
  [
    { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
    { role: 'assistant', content: 'Hello.' },
    { role: 'user', content: 'And now?' },
  ],
];

/** What a name means, where a schema says only that it is text. */
const MEANT: Readonly<Record<string, readonly unknown[]>> = {
  model: MODELS,
  agent: AGENTS,
  allowedModels: [null, MODELS],
  allowedAgents: [null, AGENTS],
  allowedTools: [null, ['calculate', 'current_time']],
  fallbackModels: [null, { 'claude-sonnet-5-5': ['claude-haiku-4-5'] }],
  expiresAt: [null, '2099-01-01T00:00:00.000Z'],
  task: ['What is 17 * 23?', 'Say hello.', '⚓ שלום e\u0301', 'What time is it in Oslo?', 'a'.repeat(2_000)],
  maxCostUsd: ['0.5', '2', '0.000001'],
  dailyBudgetUsd: [null, '5.00', '0'],
  webhookUrl: [null, 'https://hooks.example.com/a'],
  input: [{ orderId: 'A-17', amountUsd: '10.00' }],
  max_tokens: [16, 256, 1_000],
  metadata: [{ team: 'a' }, {}],
  timeoutMs: [60_000],
  name: ['Acme', 'ci', '名前'],
};

const WORDS = ['a', 'Ballast', 'two words', '⚓', 'x'.repeat(40)];

const textFor = ({ pattern, format, minLength = 0, maxLength = 100 }: Schema, draw: Draw): string => {
  if (format === 'date-time') return '2099-01-01T00:00:00.000Z';
  if (format === 'uri') return 'https://example.com/hook';
  if (pattern?.includes('\\d')) return draw.one(['1', '0.5', '12.000001']);
  if (pattern !== undefined) return draw.one(['a', 'user-7', 'b.c']);
  return draw.one(WORDS).slice(0, maxLength).padEnd(minLength, 'a');
};

const resolve = (schema: Schema): Schema =>
  schema.$ref === undefined ? schema : (DOCUMENT.components.schemas[schema.$ref.split('/').at(-1) ?? ''] as Schema);

/** A value that the schema takes, as far as a schema says it; `name`: of the field that it is for. */
export const validValue = (given: Schema, draw: Draw, name = ''): unknown => {
  const schema = resolve(given);
  const meant = MEANT[name];
  if (meant !== undefined) return draw.one(meant);
  if (name === 'messages') return draw.one(MESSAGES);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return draw.one(schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return validValue(draw.one(choices), draw, name);
  const { minimum = 0, maximum = 1_000_000 } = schema;
  switch (typeof schema.type === 'string' ? schema.type : schema.type?.[0]) {
    case 'string':
      return textFor(schema, draw);
    case 'integer':
    case 'number':
      return draw.one([minimum, Math.min(maximum, minimum + 10), Math.min(maximum, 1_000)]);
    case 'boolean':
      return draw.chance(0.5);
    case 'null':
      return null;
    case 'array':
      return Array.from({ length: (schema.minItems ?? 0) + draw.below(2) }, () => validValue(schema.items ?? {}, draw));
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([key]) => schema.required?.includes(key) === true || draw.chance(0.2))
          .map(([key, member]) => [key, validValue(member, draw, key)]),
      );
    default:
      return draw.one([{}, 'a', 1]);
  }
};
