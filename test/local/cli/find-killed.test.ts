import { describe, expect, it } from 'vitest';
import { findRequest } from '../../../local/cli/find/find.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { createShell } from './shell.ts';

const ID = 'b3c1d1f0-0000-4000-8000-000000000000';
const LAMBDA_ID = '7c0ffee0-1111-4111-8111-111111111111';
const RUN_AGENT = '123456789012:/aws/lambda/ballast-prod-blue-run-agent';
const ACCESS = '123456789012:/aws/apigateway/ballast-prod-blue';

type Stored = readonly [group: string, message: string];

const access = (facts: object): Stored => [
  ACCESS,
  JSON.stringify({ requestId: ID, status: '503', gatewayError: '-', integrationStatus: '-', ...facts }),
];
const reportOf = (used: number, status: string): Stored => [
  RUN_AGENT,
  `REPORT RequestId: ${LAMBDA_ID}\tDuration: 10000.00 ms\tBilled Duration: 10000 ms\tMemory Size: 512 MB\tMax Memory Used: ${used} MB\tStatus: ${status}\n`,
];
const CALLED = { gatewayError: 'INTEGRATION_FAILURE', integrationStatus: '200', integrationRequestId: LAMBDA_ID };
const TIMED_OUT = `2026-11-30T20:00:10.000Z ${LAMBDA_ID} Task timed out after 10.00 seconds\n\n`;
const EXITED = `RequestId: ${LAMBDA_ID} Error: Runtime exited with error: signal: killed\nRuntime.ExitError\n`;

/** What Insights finds: by fields of JSON, or by a pattern anywhere in the line. */
const matching = (stored: readonly Stored[], query: string, groups: string): readonly Stored[] => {
  const pattern = /like \/(.+)\//.exec(query)?.[1];
  return stored.filter(([group, message]) => {
    if (!groups.includes(group.slice(13))) return false;
    if (pattern !== undefined) return new RegExp(pattern).test(message);
    const fields = message.startsWith('{') ? Object.values(JSON.parse(message) as object) : [];
    return fields.includes(/requestId = "([^"]+)"/.exec(query)?.[1]);
  });
};

const findIn = async (stored: readonly Stored[], id = ID, ...words: string[]) => {
  const queries: string[] = [];
  let found: readonly Stored[] = [];
  const clock = { ...createFakeClock(), after: (_ms: number, act: () => void) => (act(), () => undefined) };
  const { shell, said } = createShell({
    clock,
    command: async (_file, [, verb, ...options]) => {
      if (verb === 'start-query') {
        queries.push(options[options.indexOf('--query-string') + 1] ?? '');
        found = matching(stored, queries.at(-1) ?? '', options.join(' '));
        return { code: 0, stdout: JSON.stringify({ queryId: 'q' }), stderr: '' };
      }
      const results = found.map(([log, message], index) => [
        { field: '@timestamp', value: `2026-11-30 20:00:0${index}.000` },
        { field: '@log', value: log },
        { field: '@message', value: message },
      ]);
      return { code: 0, stdout: JSON.stringify({ status: 'Complete', results }), stderr: '' };
    },
  });
  expect(await findRequest.run([id, '--stage', 'prod-blue', ...words], shell)).toBe(0);
  return { out: said.out, queries };
};

describe('find, of what ended without a line of its own', () => {
  it.each<[string, readonly Stored[], string]>([
    [
      'ran out of time',
      [access(CALLED), [RUN_AGENT, TIMED_OUT], reportOf(101, 'timeout')],
      'The function run-agent was killed: out of time after 10 s, 101 of 512 MB.\n',
    ],
    [
      'ran out of time, as only its report says',
      [access(CALLED), reportOf(101, 'timeout')],
      'The function run-agent was killed: out of time after 10 s, 101 of 512 MB.\n',
    ],
    [
      'ran out of memory',
      [access(CALLED), [RUN_AGENT, EXITED], reportOf(512, 'error')],
      'The function run-agent was killed: out of memory, 512 of 512 MB.\n',
    ],
    [
      'crashed',
      [access(CALLED), [RUN_AGENT, EXITED], reportOf(200, 'error')],
      'The function run-agent crashed: Runtime exited with error: signal: killed, 200 of 512 MB.\n',
    ],
    [
      'was throttled by Lambda',
      [access({ ...CALLED, integrationStatus: '429', integrationRequestId: '-' })],
      'API Gateway answered 503 itself (INTEGRATION_FAILURE; Lambda answered 429): no function ran.\n',
    ],
    [
      'was refused by API Gateway',
      [access({ status: '413', gatewayError: 'REQUEST_TOO_LARGE' })],
      'API Gateway answered 413 itself (REQUEST_TOO_LARGE): no function ran.\n',
    ],
  ])('says in words that it %s, by the request-id of the answer', async (_title, stored, sentence) => {
    const { out } = await findIn(stored);
    expect(out).toContain(sentence);
    expect(out).toContain('api-gateway access');
  });

  it('says so by the id of the invocation too', async () => {
    const { out } = await findIn([[RUN_AGENT, TIMED_OUT], reportOf(101, 'timeout')], LAMBDA_ID);
    expect(out).toContain('out of time after 10 s');
  });

  it('gives no cause for what ended by itself, and has each line once, in order, also as JSON', async () => {
    const line = { message: 'request', requestId: ID, function_request_id: LAMBDA_ID, tenantId: 'acme' };
    const stored: Stored[] = [
      [RUN_AGENT, JSON.stringify(line)],
      access({ integrationRequestId: LAMBDA_ID }),
      [RUN_AGENT, reportOf(512, 'success')[1]],
    ];
    const { out, queries } = await findIn(stored, ID, '--json');
    const found = JSON.parse(out) as { lines: { message: string }[]; causes: string[] };
    expect(found.causes).toEqual([]);
    expect(found.lines.map(({ message }) => message)).toEqual(['request', 'access', 'REPORT']);
    expect(queries).toHaveLength(2);
  });
});
