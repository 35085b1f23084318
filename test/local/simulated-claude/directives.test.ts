import { readFile } from 'node:fs/promises';
import type Anthropic from '@anthropic-ai/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDirectives } from '../../../local/simulated-claude/directives.ts';
import { type SimulatedClaude, startSimulatedClaude } from '../../../local/simulated-claude/start-simulated-claude.ts';
import { systemClock } from '../../upstream/system-clock.ts';
import { asking, clientOf, finalMessage, readStream, textOf } from './ask.ts';
import { createManualClock } from './manual-clock.ts';

let claude: SimulatedClaude;
let client: Anthropic;
beforeEach(async () => {
  claude = await startSimulatedClaude({ clock: systemClock });
  client = clientOf(claude.url);
});
afterEach(() => claude.close());

const ask = (text: string) => client.messages.create(asking(text));
/** Six events before the text is whole: message_start, ping, content_block_start, three deltas. */
const LONG = `[[say:${'abcdefgh'.repeat(9)}]]`;

describe('a delay', () => {
  it('comes before the first content, and a gap between deltas', async () => {
    const clock = createManualClock();
    const slow = await startSimulatedClaude({ clock });
    const types: string[] = [];
    const done = readStream(clientOf(slow.url), asking(`${LONG} [[delay:1500]] [[gap:50]]`), ({ type }) =>
      types.push(type),
    );
    expect(await clock.timer()).toBe(1500);
    clock.advance(1499);
    expect(types.filter((type) => type !== 'message_start')).toEqual([]);
    clock.advance(1);
    for (const gap of [50, 50]) {
      expect(await clock.timer()).toBe(gap);
      clock.advance(gap);
    }
    expect((await done).types).toHaveLength(8);
    await slow.close();
  });

  it('comes before a JSON answer', async () => {
    const clock = createManualClock();
    const slow = await startSimulatedClaude({ clock });
    const answer = clientOf(slow.url).messages.create(asking('[[delay:1500]]'));
    expect(await Promise.race([clock.timer(), answer])).toBe(1500);
    clock.advance(1500);
    expect(await answer).toMatchObject({ type: 'message' });
    await slow.close();
  });
});

describe('a stop reason', () => {
  it.each([
    'end_turn',
    'max_tokens',
    'stop_sequence',
    'tool_use',
    'pause_turn',
    'refusal',
    'model_context_window_exceeded',
  ])('%s is told as JSON and as a stream', async (reason) => {
    const text = `[[stop:${reason}]]`;
    const stop = { stop_reason: reason, stop_details: reason === 'refusal' ? { type: 'refusal' } : null };
    expect(await ask(text)).toMatchObject(stop);
    expect(await finalMessage(client, asking(text))).toMatchObject(stop);
  });

  it('pauses a turn once, and ends it when it is handed back', async () => {
    const text = '[[stop:pause_turn]]';
    const paused = await ask(text);
    const messages = [...asking(text).messages, { role: 'assistant' as const, content: paused.content }];
    expect(await client.messages.create(asking('', { messages, model: 'claude-sonnet-5-5' }))).toMatchObject({
      stop_reason: 'end_turn',
    });
  });
});

it.each([
  '[[fault:200]]',
  '[[fault:many]]',
  '[[fault:500 when=later]]',
  '[[fault:500 times=0]]',
  '[[cut:x]]',
  '[[stop:soon]]',
  '[[say:]]',
  '[[tool:a {"b":}]]',
  '[[tool:a {"b":1]]',
  '[[tokens:in=many]]',
  '[[unknown]]',
  '[[fault:500',
])('%s is no directive, but text', async (text) => {
  const answer = await ask(`plain ${text}`);
  expect(answer).toMatchObject({ stop_reason: 'end_turn' });
  expect(textOf(answer)).toContain(`"plain ${text}"`);
});

it('is understood just as the README writes it', async () => {
  const readme = await readFile(new URL('../../../local/simulated-claude/README.md', import.meta.url), 'utf8');
  const written = [...readme.matchAll(/`(\[\[[^`]+\]\])`/g)].map(([, text = '']) => text.replace(':n]]', ':3]]'));
  expect(written.length).toBeGreaterThan(16);
  for (const text of written) expect(readDirectives(text.replaceAll(']] [[', ']][['))).toMatchObject({ rest: '' });
});
