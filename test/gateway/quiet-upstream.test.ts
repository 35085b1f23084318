import { describe, expect, it } from 'vitest';
import { each, event, type Piece, SAID, scriptedBytes } from '../model-call/scripted-bytes.ts';
import { RESET } from '../model-call/scripted-events.ts';
import { begin, grow, stop } from '../model-call/stream-events.ts';
import { MODEL, STAND_IN } from './ask.ts';
import { hear, longestSilenceMs } from './quiet.ts';

const { start, ping, thinking, thought, text, end } = SAID;
const first = event(begin(0, { type: 'text', text: 'x' })) + event(stop(0));

const withoutComments = (bytes: string) => bytes.replaceAll(': keep-alive\n\n', '');

const answers = (...pieces: readonly Piece[]) => hear((clock) => scriptedBytes(clock, pieces));

describe('by default', () => {
  it.each([78, 185, 329])(
    'a recorded silence of %i s inside hidden thinking is answered, with all its bytes',
    async (seconds) => {
      const heard = await answers(start, ping, thinking, seconds * 1_000, thought, text, end);
      expect(withoutComments(heard.text)).toBe(start + ping + thinking + thought + text + end);
      expect(longestSilenceMs(heard)).toBeLessThanOrEqual(15_000);
    },
  );

  it('a prompt that is read for four minutes is asked for once, and the client hears of it all the time', async () => {
    const pieces = [start, ...each(16, 15_000, ping), first, end];
    let asked: readonly string[] = [];
    const heard = await hear((clock) => {
      const api = scriptedBytes(clock, pieces);
      asked = api.asked;
      return api;
    });
    expect(asked).toEqual([MODEL]);
    expect(withoutComments(heard.text)).toBe(start + ping.repeat(16) + first + end);
    expect(longestSilenceMs(heard)).toBeLessThanOrEqual(15_000);
  });

  it('a stream that is dead ends, in time and with an error, however long it lived', async () => {
    const heard = await answers(start, first, 840_001);
    expect(heard.text).toMatch(/\n\nevent: error\ndata: .*"timeout_error".*"request_id":"req_1".*\n\n$/);
    expect(heard.chunks.at(-1)?.ms).toBeLessThanOrEqual(301_000);
    expect(longestSilenceMs(heard)).toBeLessThanOrEqual(15_000);
  });
});

describe('before the first content', () => {
  it('nothing goes out for 13 s, then the head with comments alone, and the preamble with the content', async () => {
    const heard = await answers(start, 29_000, first, end);
    expect(heard.headMs).toBe(13_000);
    expect(heard.chunks.map(({ ms }) => ms).slice(0, 3)).toEqual([13_000, 26_000, 29_000]);
    expect(heard.chunks.slice(0, 2).map(({ text: each }) => each)).toEqual(Array(2).fill(': keep-alive\n\n'));
    expect(withoutComments(heard.text)).toBe(start + first + end);
  });

  it('the time that the client has waited already counts', async () => {
    const heard = await hear((clock) => scriptedBytes(clock, [start, 29_000, first, end]), { waitedMs: 5_000 });
    expect(heard.headMs).toBe(8_000);
  });

  it('an answer that comes sooner has no comment in it', async () => {
    const heard = await answers(start, 12_999, first, 12_999, end);
    expect(heard.text).toBe(start + first + end);
  });

  it('an attempt that fails after the head is made again unseen', async () => {
    const heard = await hear((clock) => scriptedBytes(clock, [start, ping, 20_000, RESET], [start, first, end]));
    expect(heard.headMs).toBe(13_000);
    expect(withoutComments(heard.text)).toBe(start + first + end);
  });

  it('a stand-in that answers after the head is named by the body alone, and by what is kept of it', async () => {
    const heard = await hear((clock) => scriptedBytes(clock, [start, 30_001], [start, first, end]), {
      tenant: { fallbackModels: { [MODEL]: [STAND_IN] }, maxRetries: 0 },
    });
    expect(withoutComments(heard.text)).toBe(start + first + end);
    expect(heard.response?.headers).not.toHaveProperty('x-ballast-degraded');
  });

  it('a failure before the head has a status, and one after it is an error event, the last one', async () => {
    const soon = await hear((clock) => scriptedBytes(clock, [start, 1_000, RESET]), { tenant: { maxRetries: 0 } });
    expect([soon.headMs, soon.error?.code]).toEqual([null, 'upstream-error']);
    const late = await hear((clock) => scriptedBytes(clock, [start, 20_000, RESET]), { tenant: { maxRetries: 0 } });
    expect(late.error).toBeNull();
    expect(withoutComments(late.text)).toMatch(/^event: error\ndata: \{"type":"error".*"request_id":"req_1"\}\n\n$/);
  });

  it('a byte order mark before the stream is left out where a comment went first', async () => {
    const heard = await answers(`\uFEFF${start}`, 20_000, first, end);
    expect(withoutComments(heard.text)).toBe(start + first + end);
  });
});

describe('between events', () => {
  it('comments stand between whole events and never inside one', async () => {
    const long = event(grow(0, 'text_delta', { text: 'a word of some length' }));
    const open = event(begin(0, { type: 'text', text: '' }));
    const halves = [long.slice(0, 40), 20_000, long.slice(40)];
    const heard = await answers(start, open, ...halves, ...halves, event(stop(0)), end);
    const events = heard.text.split('\n\n').filter((block) => block !== '');
    expect(
      events
        .filter((block) => block !== ': keep-alive')
        .map((block) => `${block}\n\n`)
        .join(''),
    ).toBe(start + open + long + long + event(stop(0)) + end);
    expect(events.filter((block) => block === ': keep-alive')).toHaveLength(2);
  });

  it('what is kept for who asks again has no comments', async () => {
    const heard = await answers(start, 20_000, first, 40_000, end);
    expect(heard.text).not.toBe(start + first + end);
    expect(heard.kept).toMatchObject({ status: 200, body: { text: start + first + end } });
  });
});

describe('as JSON', () => {
  it('an answer that would come too late is refused with what to do', async () => {
    const { error } = await hear((clock) => scriptedBytes(clock, [start, thinking, 185_000, thought, text, end]), {
      over: {},
    });
    expect(error).toMatchObject({
      code: 'upstream-timeout',
      message: expect.stringContaining('"stream": true') as string,
    });
  });

  it('one that stays within its time is given', async () => {
    const heard = await hear((clock) => scriptedBytes(clock, [start, thinking, 78_000, thought, text, end]), {
      over: {},
    });
    expect(JSON.parse(heard.text)).toMatchObject({ stop_reason: 'end_turn' });
  });

  it('a dead stream leaves a stand-in its time', async () => {
    const heard = await hear((clock) => scriptedBytes(clock, [start, thinking, 840_000], [start, first, end]), {
      over: {},
      tenant: { fallbackModels: { [MODEL]: [STAND_IN] } },
    });
    expect(heard.response?.headers).toMatchObject({ 'x-ballast-degraded': 'fallback-model' });
    expect(heard.headMs).toBeLessThanOrEqual(90_500);
  });
});
