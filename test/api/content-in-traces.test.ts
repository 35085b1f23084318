import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read, tableOf } from '../readme/markdown.ts';
import { startOtlpReceiver } from '../telemetry/tracing/otlp-receiver.ts';
import { startServer } from './start-server.ts';

const KEY = 'sk-ant-api03-' + 'aB3dE5fG7h'.repeat(9) + 'jK1mN3-pQ5rS7tAA';
const EMAIL = 'ada@example.com';
/** Of a task that a tool is called for; the simulated Claude repeats neither. */
const CANARY = 'canary-4c1d';
const TASK = `What is 17 * 23? ${CANARY} ${KEY} ${EMAIL}`;

/** Whether a text has what was written; that it has none of the secrets is asked of each. */
const hasContent = (text: string): boolean => {
  expect(text).not.toContain(KEY.slice(0, 30));
  return text.includes(CANARY);
};

let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
beforeAll(async () => {
  receiver = await startOtlpReceiver();
});
afterAll(() => receiver[Symbol.asyncDispose]());

const COLUMNS = ['`TRACE_CONTENT`', '`CONTENT_RETENTION`', 'in spans', 'in the trace of the run'] as const;
const rows = tableOf(read('docs/tracing.md'), ...COLUMNS).map(
  (row) => COLUMNS.map((column) => row[column].replaceAll('`', '')) as [string, string, string, string],
);

describe('what is written in a run, with TRACE_CONTENT and CONTENT_RETENTION', () => {
  it('is in docs/tracing.md for each way to set them', () => {
    expect(new Set(rows.map(([content, retention]) => `${content} ${retention}`)).size).toBe(4);
  });

  it.each(rows)('%s and %s: %s is in spans, %s in its trace', async (TRACE_CONTENT, CONTENT_RETENTION, sent, kept) => {
    await using server = await startServer({
      TRACE_CONTENT,
      CONTENT_RETENTION,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    });
    for (const path of ['/agent/run', '/agent/runs']) {
      const answer = await server.ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', prefer: 'wait=30' },
        body: JSON.stringify({ task: TASK }),
      });
      const { runId, status } = (await answer.json()) as { readonly runId: string; readonly status: string };
      expect(status).toBe('succeeded');
      const trace = await (await server.ask(`/agent/runs/${runId}/trace`)).text();
      const { traceId } = JSON.parse(trace) as { readonly traceId: string };
      const spans = () => receiver.spans.filter((span) => span.traceId === traceId);
      await expect.poll(() => spans().filter(({ name }) => name.startsWith('chat ')).length).toBe(2);
      await expect.poll(() => spans().some(({ name }) => name.startsWith('invoke_agent '))).toBe(true);
      const said = JSON.stringify(spans());
      expect([path, hasContent(said), hasContent(trace)]).toEqual([path, sent !== 'nothing', kept !== 'nothing']);
      // Spans have all classes replaced, whatever the tenant asks for.
      expect(said).not.toContain(EMAIL);
      if (sent !== 'nothing') expect(said).toContain('[REDACTED_API_KEY]');
      if (kept !== 'nothing') expect(trace).toContain('[REDACTED_API_KEY]');
    }
    expect(hasContent(server.printed())).toBe(false);
  });
});
