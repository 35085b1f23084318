import { describe, expect, it } from 'vitest';
import { bornAt } from '../../../lib/kernel/ids/ids.ts';
import { deployedLines } from '../../../local/cli/find/deployed-lines.ts';
import { findRequest } from '../../../local/cli/find/find.ts';
import { namedIn } from '../../../local/cli/find/lines.ts';
import type { Call } from '../../../local/cli/parts.ts';
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
/** What Lambda writes where its format is JSON. */
const record = (type: string, facts: object): Stored => [
  RUN_AGENT,
  `${JSON.stringify({ time: '2026-11-30T20:00:10.000Z', type: `platform.${type}`, record: { requestId: LAMBDA_ID, ...facts } })}\n`,
];
const done = (status: string, errorType?: string): Stored =>
  record('runtimeDone', { status, errorType, metrics: { durationMs: 10_000, producedBytes: 0 } });
const recordedReport = (maxMemoryUsedMB: number, status: string): Stored =>
  record('report', {
    metrics: { durationMs: 10_000, billedDurationMs: 10_000, memorySizeMB: 512, maxMemoryUsedMB },
    status,
  });
const CALLED = { gatewayError: 'INTEGRATION_FAILURE', integrationStatus: '200', integrationRequestId: LAMBDA_ID };
const TIMED_OUT = `2026-11-30T20:00:10.000Z ${LAMBDA_ID} Task timed out after 10.00 seconds\n\n`;
const EXITED = `RequestId: ${LAMBDA_ID} Error: Runtime exited with error: signal: killed\nRuntime.ExitError\n`;

/** What Insights finds: by fields of JSON, by a pattern anywhere in the line, or by either. */
const matching = (stored: readonly Stored[], query: string, groups: string): readonly Stored[] => {
  const pattern = /like \/(.+?)\//.exec(query)?.[1];
  const conditions = [...query.matchAll(/(\w+) = "([^"]+)"/g)];
  return stored.filter(([group, message]) => {
    if (!groups.includes(group.slice(13))) return false;
    if (pattern !== undefined && new RegExp(pattern).test(message)) return true;
    const fields = message.startsWith('{') ? (JSON.parse(message) as Record<string, unknown>) : {};
    return conditions.some(([, field = '', value]) => fields[field] === value);
  });
};

/** A shell whose CloudWatch has these lines. */
const storing = (stored: readonly Stored[]) => {
  const queries: string[] = [];
  const starts: number[] = [];
  let found: readonly Stored[] = [];
  const clock = { ...createFakeClock(), after: (_ms: number, act: () => void) => (act(), () => undefined) };
  const { shell, said } = createShell({
    clock,
    command: async (_file, [, verb, ...options]) => {
      if (verb === 'start-query') {
        queries.push(options[options.indexOf('--query-string') + 1] ?? '');
        starts.push(Number(options[options.indexOf('--start-time') + 1]));
        found = matching(stored, queries.at(-1) ?? '', options.join(' '));
        return { code: 0, stdout: JSON.stringify({ queryId: 'q' }), stderr: '' };
      }
      const results = found.map((line) => [
        { field: '@timestamp', value: `2026-11-30 20:00:0${stored.indexOf(line)}.000` },
        { field: '@log', value: line[0] },
        { field: '@message', value: line[1] },
      ]);
      return { code: 0, stdout: JSON.stringify({ status: 'Complete', results }), stderr: '' };
    },
  });
  return { shell, said, queries, starts };
};

const findIn = async (stored: readonly Stored[], id = ID, ...words: string[]) => {
  const { shell, said, queries } = storing(stored);
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
      'ran out of time, as its records say',
      [access(CALLED), record('start', { version: '7' }), done('timeout'), recordedReport(101, 'timeout')],
      'The function run-agent was killed: out of time after 10 s, 101 of 512 MB.\n',
    ],
    [
      'ran out of time, as only the record of its report says',
      [access(CALLED), recordedReport(101, 'timeout')],
      'The function run-agent was killed: out of time after 10 s, 101 of 512 MB.\n',
    ],
    [
      'ran out of memory, as its records say',
      [access(CALLED), done('error', 'Runtime.OutOfMemory'), recordedReport(512, 'error')],
      'The function run-agent was killed: out of memory, 512 of 512 MB.\n',
    ],
    [
      'crashed, as its records say',
      [access(CALLED), done('failure', 'Runtime.ExitError'), recordedReport(200, 'failure')],
      'The function run-agent crashed: Runtime.ExitError, 200 of 512 MB.\n',
    ],
    [
      'failed by an error of its own, as its records say',
      [access(CALLED), done('error', 'TypeError'), recordedReport(200, 'error')],
      'The function run-agent failed, 200 of 512 MB.\n',
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

  it('shows what a function has thrown by its name, and not in its words', async () => {
    const thrown = {
      timestamp: '2026-11-30T20:00:10.000Z',
      level: 'ERROR',
      requestId: LAMBDA_ID,
      message: { errorType: 'RangeError', errorMessage: 'canary', stackTrace: ['canary'] },
    };
    const { out } = await findIn([[RUN_AGENT, JSON.stringify(thrown)]], LAMBDA_ID);
    expect(out).toMatch(/run-agent function failed.*RangeError/);
    expect(out).not.toContain('canary');
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

describe('find, of a request that is about a run', () => {
  const RUN = 'run_01m7nz81000123456789abcdef';
  const OTHER = 'run_01m7nz81000123456789abcdeg';
  const [WORKER_ID, SWEEP_ID] = ['8c0ffee0-2222-4222-8222-222222222222', '9c0ffee0-3333-4333-8333-333333333333'];
  const own = (name: string, line: object): Stored => [
    `123456789012:/aws/lambda/ballast-prod-blue-${name}`,
    JSON.stringify({ level: 'INFO', function: name, ...line }),
  ];
  const report = (name: string, id: string): Stored => [
    `123456789012:/aws/lambda/ballast-prod-blue-${name}`,
    `REPORT RequestId: ${id}\tDuration: 5.00 ms\tBilled Duration: 5 ms\tMemory Size: 512 MB\tMax Memory Used: 90 MB\n`,
  ];
  const began = { requestId: ID, function_request_id: LAMBDA_ID, runId: RUN };
  const stored: Stored[] = [
    access({ status: '202', integrationRequestId: LAMBDA_ID }),
    own('submit-run', { message: 'request', ...began }),
    own('execute-run', { message: 'model retried', runId: RUN, function_request_id: WORKER_ID }),
    report('execute-run', WORKER_ID),
    own('sweep-runs', { message: 'run finished', runId: OTHER, function_request_id: SWEEP_ID }),
    own('sweep-runs', { message: 'run finished', runId: RUN, function_request_id: SWEEP_ID }),
    own('execute-run', { message: 'run finished', runId: OTHER, function_request_id: OTHER }),
  ];
  const linesFor = async (id: string, those = stored) => {
    const { shell, queries, starts } = storing(those);
    const call = { shell, text: () => undefined, progress: { at: () => undefined, end: () => undefined } };
    const lines = await deployedLines(call as unknown as Call, 'prod-blue', id);
    return { lines, messages: lines.map(({ message }) => String(message)).toSorted(), queries, starts };
  };

  it.each([
    ['the request', ID, 3],
    ['the run', RUN, 2],
  ])(
    'has the lines of its run by the id of %s, wherever they were written, and of no other run',
    async (_, id, asked) => {
      const { lines, messages, queries } = await linesFor(id);
      expect(messages).toEqual(['REPORT', 'access', 'model retried', 'request', 'run finished']);
      expect(namedIn(lines, id).runIds).toEqual([RUN]);
      expect(queries).toHaveLength(asked);
    },
  );

  it('has them where the function that began the run was killed before it wrote a line of the request', async () => {
    const begun: Stored = own('submit-run', { message: 'store failed', runId: RUN, function_request_id: LAMBDA_ID });
    const { messages } = await linesFor(ID, [begun, ...stored.filter((line) => !line[1].includes('"request"'))]);
    expect(messages).toEqual(['REPORT', 'access', 'model retried', 'run finished', 'store failed']);
  });

  it('looks back to when the run was born, and says so where it does not follow all', async () => {
    const { starts } = await linesFor(ID);
    const born = bornAt(RUN) ?? 0;
    expect(starts[0]).toBeGreaterThan(born / 1_000);
    expect(starts.slice(1)).toEqual([Math.floor((born - 60_000) / 1_000), Math.floor((born - 60_000) / 1_000)]);
    const many = Array.from({ length: 250 }, (_, at) =>
      own('execute-run', { message: 'm', runId: RUN, function_request_id: `${WORKER_ID.slice(0, -3)}${100 + at}` }),
    );
    const { shell, said } = storing(many);
    const call = { shell, text: () => undefined, progress: { at: () => undefined, end: () => undefined } };
    await deployedLines(call as unknown as Call, 'prod-blue', RUN);
    expect(said.err).toContain('Follows 200 of 250 ids that these lines name.\n');
  });
});
