import { z } from 'zod';
import { openApi } from '../../lib/api/openapi.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Described {
  readonly description?: string;
  readonly headers?: Readonly<Record<string, Described & { readonly required?: boolean; readonly schema?: Json }>>;
  readonly content?: Readonly<Record<string, { readonly schema: Json }>>;
  readonly $ref?: string;
}

export interface DescribedOperation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, Described>>;
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Json; readonly example: unknown }>>;
  };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: Readonly<Record<'schemas' | 'responses' | 'headers', Readonly<Record<string, unknown>>>>;
}

/** The description as this stage would answer it. */
export const DOCUMENT = openApi('1.2.3', 120_000) as unknown as Document;

/** What a reference leads to, or the thing itself. */
export const resolved = <T extends { readonly $ref?: string }>(given: T): T => {
  if (given.$ref === undefined) return given;
  const [kind = '', name = ''] = given.$ref.replace('#/components/', '').split('/');
  const found = DOCUMENT.components[kind as 'schemas']?.[name];
  if (found === undefined) throw new Error(`${given.$ref} leads nowhere`);
  return found as T;
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A schema as answers are held to it: an object has no member that is not described, unless its description says so. What is
 * one of several that hold together (`allOf`) is described by all of them.
 */
const closed = (schema: unknown, isPart = false): unknown => {
  if (Array.isArray(schema)) return schema.map((each) => closed(each));
  if (!isObject(schema)) return schema;
  const members = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => {
      if (name === '$ref') return [name, String(value).replace('#/components/schemas/', '#/$defs/')];
      if (name === 'enum' || name === 'const' || name === 'required') return [name, value];
      if (name === 'allOf') return [name, (value as unknown[]).map((each) => closed(each, true))];
      if (name === 'properties')
        return [name, Object.fromEntries(Object.entries(value as Json).map(([key, each]) => [key, closed(each)]))];
      return [name, closed(value)];
    }),
  );
  const opens = isPart || !('properties' in schema) || 'additionalProperties' in schema;
  return opens ? members : { ...members, type: 'object', additionalProperties: false };
};

const $defs = closed(DOCUMENT.components.schemas) as Json;
const compiled = new Map<string, z.ZodType>();

const compile = (schema: Json): z.ZodType => {
  const key = JSON.stringify(schema);
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const made = z.fromJSONSchema({ ...(closed(schema) as Json), $defs } as Parameters<typeof z.fromJSONSchema>[0]);
  compiled.set(key, made);
  return made;
};

/** Where a value is not as the schema says; empty: it is. */
export const mismatches = (schema: Json, value: unknown): readonly string[] =>
  (compile(schema).safeParse(value).error?.issues ?? []).map(
    ({ path, message }) => `${path.length === 0 ? 'the whole' : path.join('.')}: ${message}`,
  );
