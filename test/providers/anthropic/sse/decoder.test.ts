import { describe, expect, it } from 'vitest';
import { decodeEvents } from '../../../../lib/providers/anthropic/sse/decoder.ts';

const source = async function* (...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
};
const split = async (...chunks: readonly (string | Uint8Array)[]) =>
  (await Array.fromAsync(decodeEvents(source(...chunks)))).map(({ bytes, event, data }) => ({
    bytes: Buffer.from(bytes).toString(),
    event,
    data,
  }));

describe('an event', () => {
  it.each([
    ['LF', 'event: ping\ndata: {}\n\n'],
    ['CR', 'event: ping\rdata: {}\r\r'],
    ['CRLF', 'event: ping\r\ndata: {}\r\n\r\n'],
    ['all three', 'event: ping\r\ndata: {}\n\r'],
  ])('whose lines end with %s is read, its bytes as they came', async (_title, text) => {
    expect(await split(text)).toEqual([{ bytes: text, event: 'ping', data: '{}' }]);
  });

  it.each([
    ['data of several lines is joined', 'data: a\ndata\ndata:  b\n\n', null, 'a\n\n b'],
    ['the last name counts', 'event: a\nevent: b\ndata: x\n\n', 'b', 'x'],
    ['an empty name is none', 'event:\ndata: x\n\n', null, 'x'],
    ['it may have no data', 'event: ping\n\n', 'ping', ''],
    ['other fields are not read', 'id: 7\nretry: 9\ndatabase: x\ndata: x\n\n', null, 'x'],
    ['a byte order mark before all is no part of it', '\uFEFFdata: x\n\n', null, 'x'],
  ])('is read by the specification: %s', async (_title, text, event, data) => {
    expect(await split(text)).toEqual([{ bytes: text, event, data }]);
  });

  it('takes along the comments and blank lines before it, which are no events', async () => {
    const before = '\n: alive\n\nid: 3\n\n\r\n';
    expect(await split('data: 1\n\n', before, 'data: 2\n\n')).toEqual([
      { bytes: 'data: 1\n\n', event: null, data: '1' },
      { bytes: `${before}data: 2\n\n`, event: null, data: '2' },
    ]);
  });

  it('has a byte order mark taken away only before all', async () => {
    const text = 'data: 1\n\n\uFEFFdata: no field\n\ndata: 2\n\n';
    expect((await split(text)).map(({ data }) => data)).toEqual(['1', '2']);
  });

  it('that was not ended is dropped: the stream was cut', async () => {
    expect(await split('data: 1\n\ndata: 2\n')).toHaveLength(1);
    expect(await split('data: 1\n\ndata: 2\n\r')).toHaveLength(2);
  });

  it('is given as soon as its blank line came', async () => {
    const events = decodeEvents(
      (async function* () {
        yield Buffer.from('data: 1\n\ndata');
        throw new Error('read on without need');
      })(),
    )[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ data: '1' });
    await expect(events.next()).rejects.toThrow('read on without need');
  });

  it('keeps bytes that are no UTF-8, and says U+FFFD for them in its data', async () => {
    const sent = Buffer.concat([Buffer.from('data: '), Buffer.from([0xe8, 0x88, 0xff]), Buffer.from('x\n\n')]);
    const [event] = await Array.fromAsync(decodeEvents(source(sent.subarray(0, 7), sent.subarray(7))));
    expect(event?.data).toBe('��x');
    expect(Buffer.from(event?.bytes ?? []).equals(sent)).toBe(true);
  });

  it('that is whole in its chunk is not copied', async () => {
    // Of its own memory: a small Buffer shares that of others, copies among them.
    const chunk = new TextEncoder().encode('data: 1\n\ndata: 2\n\n');
    const given = async function* () {
      yield chunk;
    };
    for await (const { bytes } of decodeEvents(given())) expect(bytes.buffer).toBe(chunk.buffer);
  });
});

// What is not linear takes minutes here, and so runs into the limit of every test.
describe('a million bytes', () => {
  const MANY = 1_000_000;
  const oneByOne = async function* (bytes: Buffer) {
    for (let at = 0; at < bytes.length; at += 1) yield bytes.subarray(at, at + 1);
  };

  it.each([
    ['of one line', `data: ${'x'.repeat(MANY)}\n\n`, MANY],
    ['of lines without a colon', `${'data\n'.repeat(MANY / 5)}\n`, MANY / 5 - 1],
    ['of blank lines before an event', `${'\n'.repeat(MANY)}data: x\n\n`, 1],
    ['of comments before an event', `${':\r\n\r\n'.repeat(MANY / 5)}data: x\n\n`, 1],
  ])('%s are one event, also in chunks of one', async (_title, text, length) => {
    const bytes = Buffer.from(text);
    for (const chunks of [source(bytes), oneByOne(bytes)]) {
      const events = await Array.fromAsync(decodeEvents(chunks));
      expect(events.map((event) => event.data.length)).toEqual([length]);
      expect(bytes.equals(events[0]?.bytes ?? Buffer.of())).toBe(true);
    }
  });
});

describe('breaking off', () => {
  it('cancels the source', async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(Buffer.from('data: 1\n\n')),
      cancel: () => void (cancelled = true),
    });
    for await (const { data } of decodeEvents(body)) if (data === '1') break;
    expect(cancelled).toBe(true);
  });
});
