import { describe, expect, it } from 'vitest';
import { runAgent } from '../../functions/run-agent.ts';
import type { HttpEvent } from '../../lib/http/types.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import type { RunAnswer } from '../../lib/run/answer.ts';
import type { SyncRunCall } from '../../lib/run/sync-run.ts';
import { httpEvent, invokeStreaming } from './invoke.ts';
import { DONE, functionParts } from './parts.ts';

const asked = async (
  over: Partial<HttpEvent> = {},
  run: (call: SyncRunCall) => Promise<RunAnswer> = async () => DONE,
) => {
  const calls: SyncRunCall[] = [];
  const parts = functionParts((call) => {
    calls.push(call);
    return run(call);
  });
  const heard = await invokeStreaming(runAgent(parts), httpEvent(over));
  return { ...heard, calls, lines: parts.lines.join('') };
};
const posted = (body: unknown) => asked({ body: JSON.stringify(body) });
const task = 'Do it.';

describe('a good request', () => {
  it('is answered with the run’s body and a request id', async () => {
    const { status, headers, body, calls } = await posted({ task });
    expect(status).toBe(200);
    expect(body).toEqual(DONE);
    expect(headers['content-type']).toBe('application/json');
    expect(headers['request-id']).toMatch(/^req_[0-9a-z]{26}$/);
    expect(calls[0]).toMatchObject({ request: { task }, principal: { tenantId: 'demo' }, limitMs: 120_000 });
  });

  it('may carry its key as a Bearer token, in any case of the header', async () => {
    expect((await asked({ headers: { Authorization: 'Bearer good' } })).status).toBe(200);
    expect((await asked({ headers: { 'X-Api-Key': 'good' } })).status).toBe(200);
    expect((await asked({ headers: { 'x-api-key': '', authorization: 'Bearer good' } })).status).toBe(200);
  });

  it('keeps the caller’s trace id, and has one of its own where none came', async () => {
    const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
    const { calls } = await asked({ headers: { 'x-api-key': 'good', traceparent } });
    expect(calls[0]?.traceId).toBe('ab'.repeat(16));
    for (const wrong of ['00-zz', `00-${'0'.repeat(32)}-${'cd'.repeat(8)}-01`]) {
      const other = await asked({ headers: { 'x-api-key': 'good', traceparent: wrong } });
      expect(other.calls[0]?.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    }
  });

  it.each([
    ['plain', task],
    ['white space around it', ' \n\t' + task + '\r\n '],
    ['right-to-left, emoji and combining marks', 'שלום עולם مرحبا 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 e\u0301 \u200f\u202e'],
    ['code and formulas', 'const a = `${b}`; // \\u0041 "\'` \n\\frac{∂f}{∂x} ≈ ∑ᵢ'],
    ['characters beyond the basic plane, 10,000 of them', '𝕊'.repeat(10_000)],
    ['controls that are not NUL', 'a\u0001\u001f\u007f\u0085b'],
  ])('reaches the run unchanged: %s', async (_title, text) => {
    const { status, calls } = await posted({ task: text });
    expect(status).toBe(200);
    expect(calls[0]?.request.task).toBe(text);
  });

  it('with every field is understood', async () => {
    const request = {
      task,
      agent: 'assistant',
      complexity: 'complex',
      model: 'claude-opus-5-5',
      maxModelCalls: 3,
      maxCostUsd: '0.000000000001',
      timeoutMs: 1_000,
      cache: 'bypass',
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: [{ type: 'text', text: 'b' }] },
      ],
      userId: 'u',
      metadata: { a: 'b' },
    };
    const { status, calls } = await posted(request);
    expect(status).toBe(200);
    expect(calls[0]?.request).toEqual(request);
  });
});

describe('a refused request', () => {
  const many = (count: number, make: (index: number) => unknown) =>
    Array.from({ length: count }, (_, index) => make(index));
  it.each<[string, unknown, string, string]>([
    ['no task', {}, 'task', 'is missing'],
    ['an empty task', { task: '' }, 'task', 'at least 1 character'],
    ['a task of white space', { task: ' \n\u3000\ufeff' }, 'task', 'white space'],
    ['10,001 characters', { task: 'x'.repeat(10_001) }, 'task', 'at most 10000 characters'],
    ['10,001 characters beyond the basic plane', { task: '𝕊'.repeat(10_001) }, 'task', 'at most 10000 characters'],
    ['a task with NUL', { task: 'a\0b' }, 'task', 'NUL'],
    ['a task with half a character', { task: 'a\ud83d' }, 'task', 'lone surrogate'],
    ['metadata with half a character', { task, metadata: { a: '\ud83d' } }, 'metadata.a', 'lone surrogate'],
    ['metadata named by half a character', { task, metadata: { '\ude00': 'a' } }, 'metadata.\ufffd', 'lone surrogate'],
    ['a task of the wrong type', { task: ['a'] }, 'task', 'must be a string'],
    ['an unknown field', { task, temperature: 1 }, 'temperature', 'not a known field'],
    [
      'an unknown field deep inside',
      { task, messages: [{ role: 'user', content: 'a', name: 'b' }] },
      'messages.0.name',
      'not a known field',
    ],
    ['an unknown role', { task, messages: [{ role: 'system', content: 'a' }] }, 'messages.0.role', 'user/assistant'],
    [
      'an empty turn',
      { task, messages: [{ role: 'user', content: '' }] },
      'messages.0.content',
      'at least 1 character',
    ],
    [
      'a turn of the wrong type',
      { task, messages: [{ role: 'user', content: 5 }] },
      'messages.0.content',
      'a string or an array',
    ],
    [
      '201 turns',
      { task, messages: many(201, () => ({ role: 'user', content: 'a' })) },
      'messages',
      'at most 200 items',
    ],
    [
      'turns over 1 MB',
      { task, messages: many(11, () => ({ role: 'user', content: 'x'.repeat(100_000) })) },
      'messages',
      '1048576 bytes',
    ],
    ['an unknown complexity', { task, complexity: 'hard' }, 'complexity', 'simple/standard/complex'],
    ['no model call', { task, maxModelCalls: 0 }, 'maxModelCalls', 'at least 1'],
    ['too many model calls', { task, maxModelCalls: 101 }, 'maxModelCalls', 'at most 100'],
    ['half a model call', { task, maxModelCalls: 1.5 }, 'maxModelCalls', 'must be a whole number'],
    ['a cost as a number', { task, maxCostUsd: 0.5 }, 'maxCostUsd', 'must be a string'],
    ['a cost with an exponent', { task, maxCostUsd: '1e-3' }, 'maxCostUsd', 'decimal number of US dollars'],
    ['a negative cost', { task, maxCostUsd: '-1' }, 'maxCostUsd', 'decimal number of US dollars'],
    ['a cost of 13 digits after the point', { task, maxCostUsd: '0.0000000000001' }, 'maxCostUsd', 'at most 12 digits'],
    ['a timeout of under a second', { task, timeoutMs: 999 }, 'timeoutMs', 'at least 1000'],
    ['a timeout beyond the stage’s', { task, timeoutMs: 120_001 }, 'timeoutMs', 'at most 120000'],
    ['an unknown cache mode', { task, cache: 'maybe' }, 'cache', 'use/bypass/refresh'],
    [
      '17 pairs of metadata',
      { task, metadata: Object.fromEntries(many(17, (i) => [`k${i}`, 'v']) as [string, string][]) },
      'metadata',
      'at most 16 pairs',
    ],
    ['metadata of 513 characters', { task, metadata: { a: 'x'.repeat(513) } }, 'metadata.a', 'at most 512 characters'],
    ['metadata of the wrong type', { task, metadata: { a: 1 } }, 'metadata.a', 'must be a string'],
    ['null where a field may be left out', { task, agent: null }, 'agent', 'must be a string'],
    ['a list for a body', [], '', 'must be an object'],
    ['a text for a body', 'task', '', 'must be an object'],
  ])('with %s names the field and the bound', async (_title, body, path, says) => {
    const heard = await posted(body);
    expect(heard.status).toBe(400);
    expect(heard.headers['content-type']).toBe('application/problem+json');
    expect(heard.body).toMatchObject({
      type: 'urn:ballast:problem:invalid-request',
      status: 400,
      code: 'invalid-request',
      requestId: heard.headers['request-id'],
    });
    const errors = heard.body['errors'] as { path: string; message: string }[];
    expect(errors).toContainEqual({ path, message: expect.stringContaining(says) as string });
    expect(heard.calls).toEqual([]);
  });

  it.each([
    ['JSON that is cut', '{"task":', 'is not JSON'],
    ['no body', null, 'is empty'],
    ['an empty body', '', 'is empty'],
  ])('with %s says so', async (_title, body, says) => {
    const heard = await asked({ body });
    expect(heard).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', errors: [{ path: '', message: says }] },
    });
  });

  it('whose bytes are no UTF-8 says so, and base64 that is UTF-8 is read', async () => {
    const base64 = (bytes: Buffer) => ({ body: bytes.toString('base64'), isBase64Encoded: true });
    expect(await asked(base64(Buffer.from([0x7b, 0xff, 0x7d])))).toMatchObject({
      status: 400,
      body: { code: 'invalid-request' },
    });
    expect((await asked(base64(Buffer.from('{"task":"船"}')))).calls[0]?.request.task).toBe('船');
  });

  it.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/json; charset=utf-16', 415],
    ['application/json; charset="UTF-8"', 200],
    ['application/json;charset=utf-8', 200],
  ])('of content type %s is answered with %i', async (type, expected) => {
    const { status, body } = await asked({ headers: { 'x-api-key': 'good', 'content-type': type } });
    expect(status).toBe(expected);
    if (expected === 415) expect(body).toMatchObject({ code: 'unsupported-media-type' });
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('by %s says what is allowed', async (httpMethod) => {
    const { status, headers, body } = await asked({ httpMethod });
    expect(status).toBe(405);
    expect(headers['allow']).toBe('POST');
    expect(body).toMatchObject({ code: 'method-not-allowed' });
  });

  it.each([
    ['no key', {}, 401, 'unauthenticated'],
    ['an unknown key', { 'x-api-key': 'bad' }, 401, 'unauthenticated'],
    ['a credential that is no Bearer token', { authorization: 'Basic Z29vZA==' }, 401, 'unauthenticated'],
    ['a key without the scope', { 'x-api-key': 'weak' }, 403, 'forbidden'],
  ])('with %s is %s', async (_title, headers, status, code) => {
    const heard = await asked({ headers, body: 'not even JSON' });
    expect(heard).toMatchObject({ status, body: { code } });
    expect(heard.headers['www-authenticate']).toBe(status === 401 ? 'Bearer realm="ballast"' : undefined);
  });
});

describe('a failed run', () => {
  it('is a problem with its code, its id and what it used', async () => {
    const members = { runId: 'run_9', usage: { ...DONE.usage, modelCalls: 0 } };
    const { status, headers, body } = await asked({}, async () => {
      throw new AppError('rate-limited', safe`The provider's limit is reached.`, { retryAfterMs: 3_599_001, members });
    });
    expect(status).toBe(429);
    expect(headers['retry-after']).toBe('3600');
    expect(body).toMatchObject({ code: 'rate-limited', retryAfterMs: 3_599_001, ...members });
  });

  it('of a kind nobody thought of is `internal`, and betrays nothing, outside or in the log', async () => {
    const canary = 'canary 7f3a';
    const { status, text, lines } = await asked({ body: JSON.stringify({ task: canary }) }, async () => {
      throw new TypeError(canary, { cause: new Error(canary) });
    });
    expect(status).toBe(500);
    expect(text).toContain('"internal"');
    expect(text + lines).not.toContain('canary');
    expect(lines).toContain('TypeError');
    expect(lines).toContain('run-agent.test.ts');
  });
});

describe('the request log', () => {
  it('has one line a request, with who, what and how long', async () => {
    const { lines, headers } = await posted({ task: 'canary 7f3a' });
    expect(lines.split('\n').filter(Boolean)).toHaveLength(1);
    // oxlint-disable-next-line no-control-regex
    const plain = lines.replace(/\x1b\[\d+m/g, '');
    expect(plain).toContain(
      `function=run-agent method=POST route=/agent/run status=200 requestId=${headers['request-id']}`,
    );
    expect(plain).toContain('tenantId=demo keyId=key-1');
    expect(plain).not.toContain('canary');
  });
});
