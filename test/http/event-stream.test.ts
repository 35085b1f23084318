import { expect, it } from 'vitest';
import { createEventStream, wantsEvents } from '../../lib/http/response/event-stream.ts';
import { createFakeClock } from '../fake-clock.ts';

const reading = () => {
  const clock = createFakeClock();
  const events = createEventStream(clock);
  let text = '';
  events.body.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { clock, events, text: () => text };
};

it('says that it lives whenever nothing else was said for ten seconds', async () => {
  const { clock, events, text } = reading();
  events.send('a', { n: 1 });
  await clock.advance(9_999);
  expect(text()).toBe('event: a\ndata: {"n":1}\n\n');
  events.send('b', {});
  await clock.advance(25_000);
  expect(text().match(/event: \w+/g)).toEqual(['event: a', 'event: b', 'event: ping', 'event: ping']);
});

it('leaves no timer once it has ended, and says nothing more', async () => {
  const { clock, events, text } = reading();
  events.send('a', {});
  events.end();
  events.send('late', {});
  await clock.advance(60_000);
  expect(clock.pending).toBe(0);
  expect(text()).toBe('event: a\ndata: {}\n\n');
});

it('leaves no timer when its reader has gone', async () => {
  const { clock, events } = reading();
  events.send('a', {});
  events.body.destroy();
  events.send('late', {});
  events.end();
  await clock.advance(60_000);
  expect(clock.pending).toBe(0);
});

it('keeps a text with line ends in one line', () => {
  const { events } = reading();
  events.body.pause();
  events.send('a', { text: 'one\n\ntwo\r\nthree' });
  expect(String(events.body.read())).toBe('event: a\ndata: {"text":"one\\n\\ntwo\\r\\nthree"}\n\n');
});

it.each([
  ['text/event-stream', true],
  ['application/json, text/event-stream;q=0.9', true],
  ['application/json', false],
  ['application/json, text/event-stream;q=0', false],
  ['text/event-stream-like', false],
  [undefined, false],
])('Accept %s wants events: %s', (accept, expected) => {
  expect(wantsEvents(accept)).toBe(expected);
});
