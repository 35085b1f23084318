import { adminPaths } from './admin-paths.ts';
import { gatewayPaths, gatewaySchemas } from './gateway-paths.ts';
import { body, inPath, type Json, ok, requestBody } from './operation.ts';
import { apiSchemas } from './schemas.ts';
import { usagePaths, usageSchemas } from './usage-paths.ts';

const runId = inPath('runId');

/** The whole API as OpenAPI 3.1: what `GET /openapi.json` answers. `maxTimeoutMs` is the stage's own bound. */
export const openApi = (version: string, maxTimeoutMs: number): Json => ({
  openapi: '3.1.0',
  info: { title: 'Ballast', version, description: 'Runs Claude agents. Money is a decimal string in US dollars.' },
  security: [{ apiKey: [] }, { bearer: [] }],
  paths: {
    '/agent/run': {
      post: {
        summary: 'Run an agent and wait for its answer',
        requestBody: requestBody('RunRequest'),
        responses: ok('The run ended with an answer', 'RunAnswer'),
      },
    },
    '/agent/runs/{runId}': {
      get: { summary: 'A run that has ended', parameters: [runId], responses: ok('The run', 'Run') },
    },
    '/agent/runs/{runId}/trace': {
      get: { summary: 'What a run did, step by step', parameters: [runId], responses: ok('The trace', 'Trace') },
    },
    '/agents': { get: { summary: 'The agents and their tools', responses: ok('The agents', 'Agents') } },
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
        responses: { '200': { description: 'JSON' } },
      },
    },
    '/openapi.json': {
      get: { summary: 'This description', security: [], responses: { '200': { description: 'OpenAPI 3.1' } } },
    },
    ...adminPaths,
    ...usagePaths,
  },
  components: {
    schemas: { ...apiSchemas(maxTimeoutMs), ...usageSchemas, ...gatewaySchemas },
    securitySchemes: {
      apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      bearer: { type: 'http', scheme: 'bearer' },
    },
  },
});
