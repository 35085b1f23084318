import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createByteStream } from '../../../lib/gateway/answer/byte-stream.ts';

const bytes = (length: number) => Buffer.alloc(length, 'x');

describe('a body that is written while it is sent', () => {
  it('gives what is written in one turn of the event loop in one piece', async () => {
    const stream = createByteStream();
    const { body } = stream;
    const pieces: string[] = [];
    body.on('data', (piece: Buffer) => pieces.push(piece.toString()));
    void stream.write('a');
    void stream.write(Buffer.from('b'));
    await turn();
    await turn();
    void stream.write('c');
    stream.end();
    await turn();
    expect(pieces).toEqual(['ab', 'c']);
    expect(body.readableEnded).toBe(true);
  });

  it('lets its writer wait until the client has read', async () => {
    const stream = createByteStream();
    expect(stream.write(bytes(60_000))).toBeUndefined();
    let waits = true;
    const room = stream.write(bytes(10_000))?.then(() => (waits = false));
    await turn();
    await turn();
    expect(waits).toBe(true);
    expect(stream.body.read()).toHaveLength(70_000);
    await room;
    expect(stream.write('more')).toBeUndefined();
  });

  it('counts what was written before this turn too', async () => {
    const stream = createByteStream();
    expect(stream.write(bytes(60_000))).toBeUndefined();
    await turn();
    expect(stream.write(bytes(10_000))).toBeInstanceOf(Promise);
  });

  it('drops what is written after its end, or when the client has left, and lets nobody wait', async () => {
    const ended = createByteStream();
    ended.end();
    expect(ended.write(bytes(100_000))).toBeUndefined();
    const left = createByteStream();
    const room = left.write(bytes(100_000));
    left.body.destroy();
    await room;
    await turn();
    expect(left.write(bytes(100_000))).toBeUndefined();
    expect([ended.body.readableLength, left.body.readableLength]).toEqual([0, 0]);
  });
});
