import { describe, expect, it } from 'vitest';
import { supervisedAttempt } from '../../lib/model-call/attempt/supervised-attempt.ts';
import { REQUEST, setting } from './parts.ts';
import { each, event, type Piece, SAID, scriptedBytes } from './scripted-bytes.ts';
import { begin, end, grow, stop } from './stream-events.ts';

/** As they are by default. */
const DEFAULTS = { firstContentMs: 30_000, idleMs: 300_000 };

const { start: START, ping: PING, comment: COMMENT, thinking: THINKING, thought: THOUGHT } = SAID;
const { tool: TOOL, input: INPUT, text: TEXT, end: END } = SAID;

const asked = async (pieces: readonly Piece[], limits = DEFAULTS) => {
  const parts = setting('http://unused', { deadlineMs: 840_000 });
  const attempt = supervisedAttempt({ provider: scriptedBytes(parts.clock, pieces), clock: parts.clock, limits });
  const outcome = attempt(REQUEST, parts.context);
  await parts.clock.advance(840_000);
  return await outcome;
};
const fault = (kind: string) => ({ ok: false, fault: { kind } });

describe('by default', () => {
  it.each([78, 185, 329])('a silence of %i s inside hidden thinking is healthy', async (seconds) => {
    expect(await asked([START, THINKING, seconds * 1_000, THOUGHT, TEXT, END])).toMatchObject({ ok: true });
  });

  it.each([78, 185, 329])('a tool input that is held back for %i s is healthy', async (seconds) => {
    const whole = await asked([START, TOOL, seconds * 1_000, INPUT, event(end({ stop_reason: 'tool_use' })), END]);
    expect(whole).toMatchObject({ ok: true });
  });

  it('ten minutes of pings inside hidden thinking are healthy', async () => {
    expect(await asked([START, THINKING, ...each(40, 15_000, PING), THOUGHT, TEXT, END])).toMatchObject({ ok: true });
  });

  it.each([
    ['pings', PING],
    ['comments', COMMENT],
    ['events that nobody knows', event({ type: 'progress', done: 0.1 })],
    ['comments without an end', ': still'],
  ])('a prompt that is read for four minutes, with %s, is answered by one attempt', async (_what, sign) => {
    const pieces = [START, ...each(12, 20_000, sign), '\n\n', TEXT.replaceAll('"index":1', '"index":0'), END];
    expect(await asked(pieces)).toMatchObject({ ok: true });
  });

  it.each<[string, readonly Piece[], string]>([
    ['before its content', [START, 30_001, TEXT, END], 'no-content'],
    ['before a word', [30_001, START, TEXT, END], 'no-content'],
    ['inside its text', [START, TEXT, 300_001, END], 'stalled'],
    ['inside what it does not show', [START, THINKING, 600_001, THOUGHT, TEXT, END], 'stalled'],
  ])('a stream that is dead %s ends', async (_where, pieces, kind) => {
    expect(await asked(pieces)).toMatchObject(fault(kind));
  });
});

describe('each byte of the body', () => {
  const limits = { firstContentMs: 10_000, idleMs: 10_000 };
  const inPieces = (text: string, count: number): Piece[] =>
    Array.from({ length: count }, (_, at) => [
      9_000,
      text.slice((at * text.length) / count, ((at + 1) * text.length) / count),
    ]).flat();

  it.each([
    ['of an event that comes in pieces', inPieces(event(grow(1, 'text_delta', { text: 'a long word' })), 8)],
    ['of comments', each(8, 9_000, COMMENT)],
    ['of a comment that comes in pieces', inPieces(': a comment of some length\n\n', 8)],
    ['of pings', each(8, 9_000, PING)],
  ])('%s begins the silence anew', async (_what, pieces) => {
    const open = event(begin(1, { type: 'text', text: '' }));
    expect(await asked([START, open, ...pieces, event(stop(1)), END], limits)).toMatchObject({ ok: true });
    expect(await asked([START, open, ...pieces, 10_001, event(stop(1)), END], limits)).toMatchObject(fault('stalled'));
  });
});
