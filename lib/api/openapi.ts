import { adminPaths } from './admin-paths.ts';
import { gatewayPaths, gatewaySchemas } from './gateway-paths.ts';
import { body, type Json, ok, requestBody } from './operation.ts';
import { namedOperations, TAGS } from './operations.ts';
import { runPaths } from './run-paths.ts';
import { apiSchemas } from './schemas.ts';
import { sessionPaths, sessionSchemas } from './session-paths.ts';
import { usagePaths, usageSchemas } from './usage-paths.ts';

const page: Json = { '200': { description: 'HTML', content: { 'text/html': { schema: { type: 'string' } } } } };

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
        requestBody: requestBody('RunRequest'),
        responses: ok('The run ended with an answer', 'RunAnswer'),
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
      get: { summary: 'Whether the function runs', security: [], responses: { '200': { description: 'It runs' } } },
    },
    '/': {
      get: {
        summary: 'The version, the paths and a call to try',
        security: [],
        responses: { '200': { description: 'JSON' }, '302': { description: 'To the console, for a browser' } },
      },
    },
    '/console': {
      get: { summary: 'The console, a page that calls this API', security: [], responses: page },
    },
    '/docs': { get: { summary: 'This description, as a page to read', security: [], responses: page } },
    '/openapi.json': {
      get: { summary: 'This description', security: [], responses: { '200': { description: 'OpenAPI 3.1' } } },
    },
    ...adminPaths,
    ...usagePaths,
  }),
  components: {
    schemas: { ...apiSchemas(maxTimeoutMs), ...sessionSchemas, ...usageSchemas, ...gatewaySchemas },
    securitySchemes: {
      apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      bearer: { type: 'http', scheme: 'bearer' },
    },
  },
});
