import { list, object, reference, text } from './json-schema.ts';
import { answerHeader, body, eventStream, inHeader, type Json, ok, requestBody } from './operation.ts';
import { namedOperations, refusals, TAGS } from './operations.ts';
import { adminPaths } from './paths/admin-paths.ts';
import { gatewayPaths, gatewaySchemas } from './paths/gateway-paths.ts';
import { runPaths } from './paths/run-paths.ts';
import { sessionPaths, sessionSchemas } from './paths/session-paths.ts';
import { usagePaths, usageSchemas } from './paths/usage-paths.ts';
import { apiSchemas } from './schemas/api-schemas.ts';
import { eventSchemas } from './schemas/event-schemas.ts';

const key = { type: 'string', minLength: 1, maxLength: 255 };

/** What each answer may have beside its body. */
const headers: Json = {
  RequestId: { required: true, schema: { type: 'string', minLength: 1 }, description: 'by which the logs know it' },
  Challenge: { required: true, schema: text, description: 'how to authenticate' },
  RetryAfter: { schema: { type: 'integer', minimum: 0 }, description: 'whole seconds; where waiting helps' },
  Replayed: { schema: { const: 'true' }, description: 'only where it is the first answer again' },
  Location: { required: true, schema: text, description: 'where to go on' },
  ETag: { required: true, schema: text, description: 'for `If-Match`' },
};

const page: Json = { '200': { description: 'HTML', content: { 'text/html': { schema: { type: 'string' } } } } };

const startPage = object({
  name: text,
  version: text,
  claude: { enum: ['real', 'simulated'] },
  paths: { type: 'object', additionalProperties: list(text), description: 'each path with its methods' },
  description: text,
  try: text,
});

/** The whole API as OpenAPI 3.1: what `GET /openapi.json` answers. `maxTimeoutMs` is the stage's own bound. */
export const openApi = (version: string, maxTimeoutMs: number): Json => ({
  openapi: '3.1.0',
  info: { title: 'Ballast', version, description: 'Runs Claude agents. Money is a decimal string in US dollars.' },
  // Relative to where this description was read: deployed, a stage is a part of the path.
  servers: [{ url: './' }],
  tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
  security: [{ apiKey: [] }, { bearer: [] }],
  paths: namedOperations({
    '/agent/run': {
      post: {
        summary: 'Run an agent and wait for its answer',
        parameters: [
          inHeader('Idempotency-Key', key, 'sent again, the first answer is given again'),
          inHeader('Prefer', text, '`tool-content`: events show what tools are given and give'),
        ],
        requestBody: requestBody('RunRequest'),
        responses: {
          '200': {
            description: 'The run ended with an answer; as events, for `Accept: text/event-stream`',
            headers: answerHeader('idempotency-replayed', 'Replayed'),
            content: { 'application/json': { schema: reference('RunAnswer') }, ...eventStream('RunEvents') },
          },
        },
      },
    },
    ...sessionPaths,
    ...runPaths,
    '/agents': { get: { summary: 'The agents and their tools', responses: ok('The agents', 'Agents') } },
    '/caller': {
      get: { summary: 'Who asks, and what their credential may do', responses: ok('The caller', 'Caller') },
    },
    ...gatewayPaths,
    '/health': {
      get: {
        summary: 'The state of the dependencies',
        security: [],
        responses: { ...ok('Healthy or degraded', 'Health'), '503': { description: 'Unhealthy', ...body('Health') } },
      },
    },
    '/health/live': {
      get: { summary: 'Whether the function runs', security: [], responses: ok('It runs', 'Liveness') },
    },
    '/': {
      get: {
        summary: 'The version, the paths and a call to try',
        security: [],
        responses: {
          ...ok('What there is', 'StartPage'),
          '302': { description: 'To the console, for a browser', headers: answerHeader('location', 'Location') },
        },
      },
    },
    '/console': {
      get: { summary: 'The console, a page that calls this API', security: [], responses: page },
    },
    '/docs': { get: { summary: 'This description, as a page to read', security: [], responses: page } },
    '/openapi.json': {
      get: {
        summary: 'This description',
        security: [],
        responses: {
          '200': { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } },
        },
      },
    },
    ...adminPaths,
    ...usagePaths,
  }),
  components: {
    schemas: {
      ...apiSchemas(maxTimeoutMs),
      ...sessionSchemas,
      ...usageSchemas,
      ...gatewaySchemas,
      ...eventSchemas,
      StartPage: startPage,
      Liveness: object({ status: { const: 'healthy' }, version: text }),
    },
    responses: refusals,
    headers,
    securitySchemes: {
      apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      bearer: { type: 'http', scheme: 'bearer' },
    },
  },
});
