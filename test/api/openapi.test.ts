import { z } from 'ballast';
import { expect, it } from 'vitest';
import { type core, safeParse } from 'zod/mini';
import { agents } from '#agents';
import { circuitRequestSchema } from '../../lib/administration/administer-circuits.ts';
import { openApi } from '../../lib/api/openapi.ts';
import {
  asyncRunSchema,
  decisionSchema,
  messageSchema,
  resumeSchema,
} from '../../lib/durable-run/http/async-request.ts';
import { PROBLEMS } from '../../lib/http/response/problem.ts';
import { createCatalog } from '../../lib/run/catalog.ts';
import { runRequestSchema } from '../../lib/run/run-request.ts';
import { keyRequestSchema } from '../../lib/tenants/key-schema.ts';
import { settingsSchema } from '../../lib/tenants/settings-schema.ts';

interface Schema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly items: Schema;
}

const described = openApi('1.2.3', 120_000);
const { schemas } = described['components'] as { schemas: Readonly<Record<string, Schema>> };
const names = (value: object = {}): string[] => Object.keys(value).sort();

it('every schema that is referred to is there', () => {
  const references = [...JSON.stringify(described).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
  expect(references.length).toBeGreaterThan(20);
  expect(references.map(([, name]) => name).filter((name = '') => !(name in schemas))).toEqual([]);
});

it('GET /agents answers exactly the fields that are described', async () => {
  const agent = schemas['Agents']?.properties['agents']?.items;
  const typed = agents.slice(0, 1).map((agent) => ({ ...agent, name: 'typed', output: z.object({}) }));
  const listed = await createCatalog([...agents, ...typed], () => true).describe('administrator');
  expect(names(listed.at(-1) ?? {})).toEqual(names(agent?.properties));
  for (const shown of listed) {
    expect(names({ ...shown, output: {} })).toEqual(names(agent?.properties));
    expect(names(shown['models'] as object)).toEqual(names(agent?.properties['models']?.properties));
    for (const tool of shown['tools'] as object[])
      expect(names(tool)).toEqual(names(agent?.properties['tools']?.items.properties));
  }
});

type Operation = Readonly<Record<string, unknown>> & { readonly requestBody?: { readonly content: Content } };
type Content = Readonly<Record<string, { readonly schema: { readonly $ref: string }; readonly example: unknown }>>;

const paths = described['paths'] as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
const operations = Object.values(paths).flatMap((item) => Object.values(item));

it('each operation has an id of its own and a tag that is described', () => {
  const ids = operations.map(({ operationId }) => operationId);
  const tags = (described['tags'] as { readonly name: string }[]).map(({ name }) => name);
  expect(operations.length).toBeGreaterThan(40);
  expect(ids.filter((id) => typeof id !== 'string' || !/^[a-z][A-Za-z]+$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(operations.flatMap(({ tags: own }) => own as string[]))).toEqual(new Set(tags));
});

it('its servers are where it was read, so that a stage in the path is kept', () => {
  expect(described['servers']).toEqual([{ url: './' }]);
});

it('each body of a request has an example that the very schema takes which validates requests', () => {
  const validators: Readonly<Record<string, core.$ZodType>> = {
    RunRequest: runRequestSchema(120_000),
    AsyncRunRequest: asyncRunSchema,
    RunMessage: messageSchema,
    ResumeRequest: resumeSchema,
    DecisionRequest: decisionSchema,
    TenantSettings: settingsSchema,
    KeyRequest: keyRequestSchema(() => 0),
    CircuitRequest: circuitRequestSchema,
  };
  const bodies = operations.flatMap(({ requestBody }) => Object.values(requestBody?.content ?? {}));
  expect(bodies.length).toBeGreaterThan(10);
  for (const { schema, example } of bodies) {
    expect(example, schema.$ref).toBeTypeOf('object');
    const validator = validators[schema.$ref.split('/').at(-1) ?? ''];
    if (validator !== undefined) expect(safeParse(validator, example).error, schema.$ref).toBeUndefined();
  }
});

it('a problem has each code with its status', () => {
  const { code } = (schemas['Problem'] as Schema).properties as unknown as Record<
    string,
    { enum: string[]; description: string }
  >;
  expect(code?.enum).toEqual(Object.keys(PROBLEMS));
  for (const [name, { status }] of Object.entries(PROBLEMS))
    expect(code?.description).toContain(`\`${name}\` (${status})`);
});
