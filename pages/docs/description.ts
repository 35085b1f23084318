/** JSON schema, as far as the description uses it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
  readonly description?: string;
  readonly [name: string]: unknown;
}

export interface Media {
  readonly schema?: Schema;
  readonly example?: unknown;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: Schema;
    readonly description?: string;
  }[];
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Answer | { readonly $ref: string }>>;
}

/** One answer of an operation. */
export interface Answer {
  readonly description: string;
  readonly content?: Readonly<Record<string, Media>>;
}

export interface Description {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Answer>>;
  };
}

/** What an operation answers by its status: what is its own, and how it refuses, which others do in the same words. */
export const answersOf = ({ components }: Description, { responses }: Operation) => {
  const entries = Object.entries(responses);
  return {
    answers: entries.flatMap(([status, given]) => ('$ref' in given ? [] : [{ status, ...given }])),
    refusals: entries.flatMap(([status, given]) => {
      const found = '$ref' in given ? components.responses[nameOf(given)] : undefined;
      return found === undefined ? [] : [{ status, ...found }];
    }),
  };
};

export const nameOf = ({ $ref = '' }: Schema): string => $ref.split('/').at(-1) ?? '';

const RANGES = [
  ['minimum', 'maximum', ''],
  ['minLength', 'maxLength', ' characters'],
  ['minItems', 'maxItems', ' items'],
  ['minProperties', 'maxProperties', ' members'],
] as const;

/** Of a number that has no bound of its own, only what a float holds exactly. */
const isBound = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER;

/** What a value must be within, in words. */
export const boundsOf = (schema: Schema): string => {
  const ranges = RANGES.flatMap(([least, most, unit]) => {
    const [from, to] = [schema[least], schema[most]];
    if (isBound(from) && isBound(to)) return [`${String(from)} to ${String(to)}${unit}`];
    if (isBound(from)) return [`at least ${String(from)}${unit}`];
    return isBound(to) ? [`at most ${String(to)}${unit}`] : [];
  });
  const rest = ['format', 'default'].filter((name) => schema[name] !== undefined);
  return [...ranges, ...rest.map((name) => `${name} ${String(schema[name])}`)].join(', ');
};

/** A type in one line; of what is described elsewhere, its name. */
export const typeOf = (schema: Schema): string => {
  if (schema.$ref !== undefined) return nameOf(schema);
  const either = schema.oneOf ?? schema.anyOf;
  if (either !== undefined) return either.map(typeOf).join(' or ');
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'anything' : typeOf(schema.items)}`;
  if (schema.type === undefined) return 'anything';
  return typeof schema.type === 'string' ? schema.type : schema.type.join(' or ');
};

/** The object within a schema whose members are worth a table: itself, what a list holds, or what may also be null. */
export const membersOf = (schema: Schema): Schema | null => {
  if (schema.properties !== undefined) return schema;
  if (schema.items !== undefined) return membersOf(schema.items);
  if (typeof schema.additionalProperties === 'object') return membersOf(schema.additionalProperties);
  for (const each of schema.oneOf ?? schema.anyOf ?? []) {
    const found = membersOf(each);
    if (found !== null) return found;
  }
  return null;
};
