import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { runAgent } from '../../functions/run-agent.ts';
import type { RunAnswer } from '../../lib/run/answer.ts';
import { context, httpEvent } from './invoke.ts';
import { functionParts } from './parts.ts';

const done = { runId: 'run_1', status: 'succeeded', output: 'Done.' } as RunAnswer;

it.each(['application/json', 'text/event-stream'])(
  'hooks that hang are told of a run after the last byte of its answer, as %s',
  async (accept) => {
    const order: string[] = [];
    const hooks = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const parts = functionParts(async ({ stream }) => {
      stream.text('Done.');
      return done;
    });
    const handler = runAgent({
      ...parts,
      flush: () => {
        order.push('hooks');
        return hooks.promise;
      },
    });
    const chunks: string[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _encoding, next) {
        chunks.push(String(chunk));
        next();
      },
      final(next) {
        order.push('last byte');
        next();
        ended.resolve();
      },
    });
    const { headers } = httpEvent();
    const event = httpEvent({ headers: { ...headers, accept } });
    const invoked = (handler as unknown as (...call: unknown[]) => Promise<void>)(event, stream, context);
    await ended.promise;
    expect(chunks.join('')).toContain('Done.');
    hooks.resolve();
    await invoked;
    expect(order).toEqual(['last byte', 'hooks']);
  },
);
