import { describe, expect, it } from 'vitest';
import { messages } from '../../functions/messages.ts';
import { runAgent } from '../../functions/run-agent.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { httpEvent, invokeStreaming } from '../functions/invoke.ts';
import { functionParts } from '../functions/parts.ts';

const parts = () => functionParts(async () => Promise.reject(new AppError('internal', safe`no`)));

/** A second line, a line by the other ends of lines, what a terminal acts on in both its forms, and what turns the writing. */
const HOSTILE = [
  'a\n12:00:00 ERROR forged line',
  'a\r\nx-forged: 1',
  'a\u2028forged\u0085line',
  'a\u001b[2J\u001b]0;forged\u0007',
  'a\u009b2Jforged',
  'a\u202eforged\u2066',
  '{"level":"ERROR","message":"forged"}\n',
];

/** Everything of a request that its sender may choose. */
const hostileEvent = (text: string) =>
  httpEvent({
    httpMethod: text,
    path: `/${text}`,
    resource: '',
    headers: {
      'x-api-key': text,
      'content-type': text,
      'x-request-id': text,
      'request-id': text,
      'x-amzn-trace-id': text,
      traceparent: text,
      'idempotency-key': text,
      'user-agent': text,
      origin: text,
    },
    pathParameters: { runId: text },
    requestContext: { requestId: text },
  });

/** A line as the log of a terminal has it, of what a terminal only shows. */
const ONE_LINE = /^[\x20-\x7e]+\n$/;

describe('what a client names', () => {
  it.each(HOSTILE)('makes no line of a log and no header: %j', async (text) => {
    const hostile = hostileEvent(text);
    // The second is a request that the API describes.
    for (const event of [hostile, { ...hostile, httpMethod: 'POST', path: '/agent/run' }]) {
      const made = parts();
      const { headers, body } = await invokeStreaming(runAgent(made), event);
      expect(made.lines.length).toBeGreaterThan(0);
      for (const line of made.lines) expect(line).toMatch(ONE_LINE);
      expect(JSON.stringify(headers)).not.toContain('forged');
      expect(headers['request-id']).toMatch(/^req_\w+$/);
      expect(body['requestId']).toBe(headers['request-id']);
    }
  });

  it.each(['x-request-id', 'request-id', 'x-amzn-requestid', 'x-correlation-id', 'x-amzn-trace-id'])(
    'by %s is not the id of its request',
    async (name) => {
      const made = parts();
      const event = httpEvent({ headers: { [name]: 'chosen' }, requestContext: { requestId: '1f2e-Ab' } });
      const gateway = messages({ ...made, callMessages: {} as never });
      const { headers, text } = await invokeStreaming(gateway, { ...event, path: '/v1/messages' });
      expect(headers['request-id']).toBe('1f2e-Ab');
      expect(text + JSON.stringify(headers) + made.lines.join('')).not.toContain('chosen');
    },
  );

  it.each(['ada@example.com', `ghp_${'a1'.repeat(18)}`, `sk_live_${'b2'.repeat(12)}`, '4242-4242-4242-4242'])(
    'in a path stands in no line before anybody knows who asks: %s',
    async (text) => {
      const made = parts();
      const path = `/agent/runs/${text}/cancel`;
      const asked = { httpMethod: 'POST', headers: {}, pathParameters: { runId: text } };
      await invokeStreaming(runAgent(made), httpEvent({ ...asked, path }));
      // As a function URL and a load balancer have it: without a template.
      const http = { method: 'POST', path };
      const bare = { version: '2.0', rawPath: path, routeKey: '$default', headers: {}, requestContext: { http } };
      for (const event of [bare, httpEvent({ ...asked, path, resource: path })])
        await invokeStreaming(runAgent(made), event as never);
      expect(made.lines.length).toBeGreaterThan(2);
      expect(made.lines.join('')).not.toContain(text);
      expect(JSON.stringify(made.events)).not.toContain(text);
      expect(made.lines.join('')).toContain('(no template)');
    },
  );

  it('as its trace is one only in the form of the standard', async () => {
    const traceOf = async (traceparent: string) => {
      const made = parts();
      await invokeStreaming(runAgent(made), httpEvent({ headers: { traceparent } }));
      return /traceId=(\S+)/.exec(made.lines.join(''))?.[1];
    };
    const id = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect(await traceOf(`00-${id}-00f067aa0ba902b7-01`)).toBe(id);
    for (const other of [`00-${id.toUpperCase()}-00f067aa0ba902b7-01`, `00-${id}\n-00f067aa0ba902b7-01`, 'forged'])
      expect(await traceOf(other)).not.toMatch(/4bf92f|4BF92F|forged/);
  });
});
