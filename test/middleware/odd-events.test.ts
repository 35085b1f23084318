import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { health } from '../../functions/health.ts';
import { runAgent } from '../../functions/run-agent.ts';
import type { HttpEvent } from '../../lib/http/types.ts';
import { httpEvent, invoke, invokeStreaming } from '../functions/invoke.ts';
import { functionParts } from '../functions/parts.ts';

const parts = () => functionParts(async () => Promise.reject(new Error('never run')));
const FOREIGN = [null, {}, { source: 'serverless-plugin-warmup' }, { Records: [{ Sns: { Message: 'x' } }] }] as const;
const refused = {
  status: 400,
  body: {
    code: 'invalid-request',
    detail: 'The event is no HTTP request: this function answers those of API Gateway.',
  },
};

describe('an event that no API sends', () => {
  it.each(FOREIGN)('is answered as a bad request: %j', async (event) => {
    const report = { ...parts(), health: { report: () => Promise.reject(new Error('never asked')) } };
    expect(await invoke(health(report as never), event as never)).toMatchObject(refused);
    expect(await invokeStreaming(runAgent(parts()), event as never)).toMatchObject(refused);
  });

  it('of the console’s test has no headers, and is a request without a credential', async () => {
    const event = { ...httpEvent(), headers: null, multiValueHeaders: null } as unknown as HttpEvent;
    expect(await invokeStreaming(runAgent(parts()), event)).toMatchObject({ status: 401 });
  });
});

interface Service {
  readonly functions: Readonly<Record<string, { readonly events?: readonly object[] }>>;
}

const service = parse(readFileSync('serverless.yml', 'utf8')) as Service;
const behindTheApi = Object.entries(service.functions)
  .filter(([, { events = [] }]) => events.some((event) => 'http' in event))
  .map(([name]) => name);

it.each(behindTheApi)('%s reads its events so', (name) => {
  const source = readFileSync(`functions/${name}.ts`, 'utf8');
  expect(source).toMatch(/middy\((?:\{ \.\.\.)?observed\(/);
  expect(source).toMatch(/\n {4}\.use\((?:problemJson|anthropicErrors)\(\)\)/);
});
