import type * as z from 'zod/mini';
import { objectOf } from '../../../kernel/json.ts';
import { EFFECT_KINDS, READ_KINDS } from '../../flow/flow-rules.ts';
import {
  type Check,
  checkCircuit,
  checking,
  checkKinds,
  checkNames,
  CIRCUIT_OPTIONS,
  type DefinedAt,
  isObject,
  isSchema,
  isText,
} from '../definition.ts';
import { endpointIssue, type EndpointOptions } from '../endpoint.ts';
import type { ToolOptions } from '../tool-options.ts';

/** Whatever was given: without types that can be anything. */
type Options = { readonly [Name in keyof ToolOptions<z.core.$ZodType, string, string>]?: unknown };

const OPTIONS = {
  name: true,
  description: true,
  input: true,
  run: true,
  timeoutMs: true,
  endpoints: true,
  secrets: true,
  fallback: true,
  circuit: true,
  reads: true,
  does: true,
  sideEffects: true,
  cacheable: true,
  requiresApproval: true,
} satisfies Record<keyof Options, true>;

const GONE = {
  parameters: 'the schema of what the model gives is input.',
  inputSchema: 'the schema of what the model gives is input.',
  execute: 'the function is run.',
  handler: 'the function is run.',
  retries: 'what it asks is tried once; circuit and fallback say what happens then.',
  url: "write endpoints: { shop: 'https://…' }.",
};

const CIRCUIT = /^[a-z0-9-]+(?:\/[a-z0-9._-]+)*$/;
const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const SECRET = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const MAX_SECRET_CHARS = 40;

const checkSecret = (check: Check, name: string, secret: unknown): void => {
  check(
    SECRET.test(name) && name.length <= MAX_SECRET_CHARS,
    `the secret ${name} needs a name of 1 to ${MAX_SECRET_CHARS} of a-z 0-9 and -, such as shop-api.`,
  );
  check(
    isText(objectOf(secret)['description']),
    `the secret ${name} needs a description, as { description: 'API key of the shop' }, and never the value itself.`,
  );
};

const checkReach = (check: Check, { endpoints = {}, secrets = {} }: Options): void => {
  check(isObject(endpoints), "endpoints is an object, as { shop: 'https://shop.example.com' }.");
  check(isObject(secrets), "secrets is an object, as { 'shop-api': { description: 'API key of the shop' } }.");
  for (const [name, secret] of Object.entries(objectOf(secrets))) checkSecret(check, name, secret);
  for (const [name, endpoint] of Object.entries(objectOf(endpoints))) {
    const issue = endpointIssue(endpoint as EndpointOptions, Object.keys(objectOf(secrets)));
    check(issue === null, `the endpoint ${name} ${issue}`);
  }
};

const checkFlow = (check: Check, { reads = [], does = [], sideEffects, cacheable }: Options): void => {
  checkKinds(check, 'reads', reads, READ_KINDS);
  checkKinds(check, 'does', does, EFFECT_KINDS);
  const effects = does as readonly unknown[];
  check(
    sideEffects !== false || !effects.includes('state'),
    "what does 'state' has side effects: leave sideEffects out, or make it true.",
  );
  check(
    (sideEffects ?? effects.length > 0) !== true || cacheable !== true,
    'what has side effects is not cacheable: leave one of them out.',
  );
};

/** Throws a DefinitionError at the first thing that a tool cannot be made of. */
export const checkToolOptions = (options: Options, definedAt: DefinedAt): void => {
  const given: unknown = options;
  checking(definedAt, 'defineTool')(isObject(given), 'give it an object, as { name, description, input, run }.');
  const { name, description, input, run, timeoutMs = 1, fallback, circuit } = options;
  checking(definedAt, 'defineTool')(
    typeof name === 'string' && NAME.test(name),
    'name is 1 to 64 of A-Z a-z 0-9 _ and -, as order_status.',
  );
  const check = checking(definedAt, String(name));
  checkNames(check, options, OPTIONS, GONE);
  check(isText(description), 'description is a text: it tells the model what the tool does and when to use it.');
  check(isSchema(input), 'input is a schema, as z.strictObject({ orderId: z.string() }) with z of ballast.');
  check(typeof run === 'function', 'run is a function, as async ({ orderId }, { fetch }) => … .');
  check(typeof timeoutMs === 'number' && timeoutMs > 0 && timeoutMs <= 900_000, 'timeoutMs is 1 to 900,000.');
  check(
    fallback === undefined || typeof fallback === 'function',
    "fallback is a function that gives a text, as () => 'The shop does not answer.'.",
  );
  for (const flag of ['sideEffects', 'cacheable', 'requiresApproval'] as const)
    check(options[flag] === undefined || typeof options[flag] === 'boolean', `${flag} is true or false.`);
  checkFlow(check, options);
  checkReach(check, options);
  if (circuit === undefined) return;
  const isNamed = isObject(circuit) && 'name' in circuit && typeof circuit.name === 'string';
  check(
    isNamed && CIRCUIT.test(String(circuit.name)),
    "circuit has a name of a-z 0-9 - and /, as { name: 'tool/shop' }.",
  );
  checkCircuit(check, circuit as object, { ...CIRCUIT_OPTIONS, name: true });
};
