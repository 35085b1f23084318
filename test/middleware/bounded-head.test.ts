import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createApp } from '../../lib/app/app.ts';
import { isStreaming } from '../../local/lambda-shim.ts';
import { readRoutes } from '../../local/routes.ts';
import { systemClock } from '../../local/system-clock.ts';
import { TABLE_NAMES } from '../dynamodb-names.ts';
import { httpEvent, invoke, invokeStreaming } from '../functions/invoke.ts';
import { ROOT } from '../made-once.ts';
import { frontDoors } from '../privilege/front-doors.ts';

const nothing = (): void => {};

/** There is nothing behind it, and no credential comes: a head is refused before anything is looked up. */
const app = createApp({
  env: {
    CONTROL_TABLE: TABLE_NAMES.ControlTable,
    LEDGER_TABLE: TABLE_NAMES.LedgerTable,
    RUNS_TABLE: TABLE_NAMES.RunsTable,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    LOG_LEVEL: 'ERROR',
    LOG_FORMAT: 'json',
    CORS_ORIGINS: 'https://app.example',
  },
  clock: systemClock,
  random: () => 0.5,
  randomBytes: (length) => new Uint8Array(length),
  fetch: () => Promise.reject(new Error('asked')),
  write: () => undefined,
  // The lines of its requests are written at every level.
  terminal: { log: () => ({ debug: nothing, info: nothing, warn: nothing, error: nothing }) },
});

const routes = readRoutes(readFileSync(join(ROOT, 'serverless.yml'), 'utf8'));
const LONG = 'a'.repeat(60_000);

it.each(routes.map(({ template, definition: { name } }) => [template, name] as const))(
  '%s (%s) refuses a head that is too large, whatever front it came through',
  async (resource, name) => {
    const handler = frontDoors[name]?.(app);
    const call = isStreaming(handler) ? invokeStreaming : invoke;
    const path = resource.replaceAll(/\{(\w+)\+?\}/g, '$1');
    // A preflight is one too: what it asks for is a header.
    for (const [httpMethod, over] of [['GET'], ['POST'], ['OPTIONS', { origin: 'https://app.example' }]] as const) {
      const event = httpEvent({ httpMethod, path, resource, headers: { 'x-long': LONG, ...over }, body: null });
      const { status, headers, body } = await call(handler, event);
      const detail = 'The path, the query and the values of the headers take more than 10240 bytes.';
      const isAnthropic = name === 'messages' || name === 'ask-provider';
      expect([status, headers['request-id'], headers['x-content-type-options'], body]).toEqual([
        431,
        expect.stringMatching(/^req_/),
        'nosniff',
        isAnthropic
          ? {
              type: 'error',
              error: { type: 'invalid_request_error', message: detail },
              request_id: headers['request-id'],
            }
          : {
              type: 'urn:ballast:problem:headers-too-large',
              title: 'The headers are too large',
              status: 431,
              detail,
              code: 'headers-too-large',
              requestId: headers['request-id'],
            },
      ]);
    }
  },
);
