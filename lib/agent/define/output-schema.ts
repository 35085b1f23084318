import type { $ZodType } from 'zod/v4/core';
import { jsonSchemaOf, PROPERTY, PROPERTY_REFUSED, refused } from './json-schema.ts';

type Node = Readonly<Record<string, unknown>>;

/** JSON schema as the provider's structured output takes it. */
export type OutputFormat = Readonly<Record<string, unknown>>;

/** Kinds of text that the provider holds an answer to; any other is told to the model, and left to the agent's own schema. */
const FORMATS = new Set([
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'],
]);

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the provider does not hold an answer to is told to the model in words. */
const inWords = (description: unknown, rest: Node): { readonly description?: string } => {
  const said = Object.entries(rest).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const words = [
    ...(typeof description === 'string' ? [description] : []),
    ...(said.length > 0 ? [said.join(', ')] : []),
  ];
  return words.length === 0 ? {} : { description: words.join(' ') };
};

const formOfObject = ({ properties, required, additionalProperties }: Node, path: readonly string[]): Node => {
  // A loose object, and a record: what the provider takes has all its names written down.
  if (isNode(additionalProperties))
    throw refused(path, 'has keys of any name, which the API refuses: name them, or use an array of objects.');
  const members = Object.entries((properties ?? {}) as Readonly<Record<string, Node>>).map(([name, node]) => {
    if (!PROPERTY.test(name)) throw refused([...path, name], PROPERTY_REFUSED);
    return [name, formOf(node, [...path, name])] as const;
  });
  return {
    type: 'object',
    properties: Object.fromEntries(members),
    required: required ?? [],
    additionalProperties: false,
  };
};

const formOfArray = ({ prefixItems, items, minItems }: Node, path: readonly string[]): Node => {
  if (prefixItems !== undefined)
    throw refused(path, 'is a tuple, which the API refuses: use an object, or an array of one type.');
  return {
    type: 'array',
    items: formOf(items, [...path, '*']),
    ...(minItems === 0 || minItems === 1 ? { minItems } : {}),
  };
};

/** What of a node the provider holds an answer to; the rest of it is put into words. */
const partsOf = (node: Node, path: readonly string[]): Node => {
  const { type, anyOf, oneOf, allOf, enum: values, const: value, format } = node;
  if (values !== undefined) return { enum: values };
  if (value !== undefined) return { const: value };
  const either = anyOf ?? oneOf;
  if (Array.isArray(type)) return { anyOf: type.map((each) => ({ type: each as unknown })) };
  if (Array.isArray(either)) return { anyOf: either.map((each) => formOf(each, path)) };
  if (Array.isArray(allOf)) throw refused(path, 'is an intersection, which the API refuses: write one object.');
  if (type === 'object') return formOfObject(node, path);
  if (type === 'array') return formOfArray(node, path);
  if (typeof type !== 'string') throw refused(path, 'may be anything, which the API refuses: say what it is.');
  return { type, ...(typeof format === 'string' && FORMATS.has(format) ? { format } : {}) };
};

const TAKEN = new Set([
  'type',
  'anyOf',
  'oneOf',
  'enum',
  'const',
  'properties',
  'required',
  'additionalProperties',
  'items',
]);

const formOf = (node: unknown, path: readonly string[]): Node => {
  if (!isNode(node)) throw refused(path, 'may be anything, which the API refuses: say what it is.');
  if (node['$ref'] !== undefined)
    throw refused(path, 'refers to itself, which the API refuses: nest to a fixed depth.');
  const parts = partsOf(node, path);
  const { description, ...others } = node;
  const rest = Object.entries(others).filter(([name]) => !TAKEN.has(name) && !(name in parts));
  // Bounds that only say what a number in JavaScript is.
  const told = rest.filter(([, value]) => Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER);
  return { ...parts, ...inWords(description, Object.fromEntries(told)) };
};

const formats = new WeakMap<$ZodType, OutputFormat>();

/**
 * An agent's output as the provider's structured output takes it, made once. Bounds that it does not know, such as a
 * length, are told to the model in words, and held by the schema itself afterwards. Throws a TypeError that names the
 * first place that the API would refuse.
 */
export const outputFormat = (output: $ZodType): OutputFormat => {
  const known = formats.get(output);
  if (known) return known;
  // What a run gives is what the schema makes of an answer: that has to be JSON too.
  jsonSchemaOf(output, 'output');
  const { $defs: _, ...schema } = jsonSchemaOf(output, 'input');
  if (schema['type'] !== 'object')
    throw refused([], 'is no object, which the API refuses: use z.strictObject({ ... }).');
  const format = formOf(schema, []);
  formats.set(output, format);
  return format;
};
