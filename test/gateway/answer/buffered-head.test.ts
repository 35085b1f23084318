import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { createBufferedHead } from '../../../lib/gateway/answer/buffered-head.ts';
import { createFakeClock } from '../../fake-clock.ts';

const event = (type: string) => ({ bytes: Buffer.from(`${type}\n\n`), event: type, data: '{}' });

it('lets the head and the first content go out before anything more of the answer is taken', async () => {
  const { sink, head } = createBufferedHead({ clock: createFakeClock(), isKept: false, waitedMs: 0 });
  const heard: string[] = [];
  void head.then(({ body }) => {
    if (body instanceof Readable) body.on('data', (bytes: Buffer) => heard.push(bytes.toString()));
  });
  expect(sink.event(event('message_start'), 'message_start', undefined)).toBeUndefined();
  expect(heard).toEqual([]);
  await sink.event(event('content_block_start'), 'content_block_start', undefined);
  expect(heard).toEqual(['message_start\n\ncontent_block_start\n\n']);
  expect(sink.event(event('content_block_delta'), 'content_block_delta', undefined)).toBeUndefined();
});
