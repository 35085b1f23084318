import { apiSchemas } from './schemas.ts';

type Json = Readonly<Record<string, unknown>>;

const body = (schema: string, type = 'application/json'): Json => ({
  content: { [type]: { schema: { $ref: `#/components/schemas/${schema}` } } },
});
const problems: Json = {
  default: { description: 'Refused or failed: a problem', ...body('Problem', 'application/problem+json') },
};
const ok = (description: string, schema: string): Json => ({ '200': { description, ...body(schema) }, ...problems });
const runId: Json = { name: 'runId', in: 'path', required: true, schema: { type: 'string' } };

/** The whole API as OpenAPI 3.1: what `GET /openapi.json` answers. `maxTimeoutMs` is the stage's own bound. */
export const openApi = (version: string, maxTimeoutMs: number): Json => ({
  openapi: '3.1.0',
  info: { title: 'Ballast', version, description: 'Runs Claude agents. Money is a decimal string in US dollars.' },
  security: [{ apiKey: [] }, { bearer: [] }],
  paths: {
    '/agent/run': {
      post: {
        summary: 'Run an agent and wait for its answer',
        requestBody: { required: true, ...body('RunRequest') },
        responses: ok('The run ended with something to say', 'RunAnswer'),
      },
    },
    '/agent/runs/{runId}': {
      get: { summary: 'A run that has ended', parameters: [runId], responses: ok('The run', 'Run') },
    },
    '/agent/runs/{runId}/trace': {
      get: { summary: 'What a run did, step by step', parameters: [runId], responses: ok('The trace', 'Trace') },
    },
    '/agents': {
      get: {
        summary: 'The agents and their tools',
        responses: {
          '200': { description: 'The agents', content: { 'application/json': { schema: { type: 'object' } } } },
          ...problems,
        },
      },
    },
    '/health': {
      get: {
        summary: 'How the dependencies are',
        security: [],
        responses: { ...ok('Healthy or degraded', 'Health'), '503': { description: 'Unhealthy', ...body('Health') } },
      },
    },
    '/health/live': {
      get: { summary: 'Whether the function runs', security: [], responses: { '200': { description: 'It runs' } } },
    },
    '/openapi.json': {
      get: { summary: 'This description', security: [], responses: { '200': { description: 'OpenAPI 3.1' } } },
    },
  },
  components: {
    schemas: apiSchemas(maxTimeoutMs),
    securitySchemes: {
      apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      bearer: { type: 'http', scheme: 'bearer' },
    },
  },
});
