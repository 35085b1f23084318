import { z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { silentStream } from '../../../lib/agent/loop/run-stream.ts';
import { type StoredAnswer, unpackAnswer } from '../../../lib/response-cache/answer.ts';
import { createMemoryCacheStore } from '../../../lib/response-cache/memory-store.ts';
import { createResponseCache } from '../../../lib/response-cache/response-cache.ts';
import { createMemorySessionStore } from '../../../lib/sessions/memory-store.ts';
import { newTenant, type TenantSettings } from '../../../lib/tenants/types.ts';
import { answer, runParts, type RunPartsOptions, type Script, text, use } from '../../agent/run-parts.ts';
import { createFakeClock } from '../../fake-clock.ts';

const CARD = '4111 1111 1111 1111';
const SAID = `Your card is ${CARD}.`;
const SHOWN = 'Your card is [REDACTED_CARD].';

/** The model says it in small parts. */
const says =
  (words: string, ...more: Parameters<typeof answer>[0]): Script =>
  (_request, { listener }) => {
    for (let at = 0; at < words.length; at += 3) listener.sink.text(words.slice(at, at + 3));
    return answer([text(words), ...more]);
  };

const tenantWith = (settings: Partial<TenantSettings>) => newTenant('demo', 0, settings);
const ON = tenantWith({ redactOutput: true });

const listening = (options: RunPartsOptions = {}, words = SAID) => {
  const heard: string[] = [];
  const parts = runParts([says(words)], {
    ...options,
    stream: { ...silentStream, text: (delta) => void heard.push(delta) },
  });
  return { ...parts, heard };
};

describe('a definition of an agent', () => {
  it.each([
    ['classes without redactOutput', { redact: ['keys'] }, 'redact has no effect without redactOutput: true.'],
    ['a class that is none', { redactOutput: true, redact: ['names'] }, 'redact is a list of keys, cards, ssn,'],
    ['no class at all', { redactOutput: true, redact: [] }, 'redact is a list of keys, cards, ssn,'],
    ['a word for a switch', { redactOutput: 'yes' }, 'redactOutput is true or false.'],
  ])('with %s is refused', (_title, options, message) => {
    expect(() => runParts([], options as object)).toThrow(message);
  });
});

describe('the secrets of an answer', () => {
  it('are replaced for a tenant that says so: in the answer, its events and its row', async () => {
    const { run, heard, runs } = listening();
    const answered = await run({}, undefined, ON);
    expect(answered.output).toBe(SHOWN);
    expect(heard.join('')).toBe(SHOWN);
    expect((await runs.find('demo', answered.runId))?.body).toMatchObject({ output: SHOWN });
  });

  it('are replaced where a call of a tool comes into one: who listens joins the texts', async () => {
    const heard: string[] = [];
    const script = [says('It is 4111 1111 ', use('look')), says('1111 1111, and ok.')];
    const { run } = runParts(script, { stream: { ...silentStream, text: (delta) => void heard.push(delta) } });
    await run({}, undefined, ON);
    expect(heard.join('')).toBe('It is [REDACTED_CARD], and ok.');
  });

  it('are replaced for an agent that says so, by its classes', async () => {
    const { run, heard } = listening({ redactOutput: true, redact: ['email'] }, `${CARD}, ada@example.com`);
    expect((await run()).output).toBe(`${CARD}, [REDACTED_EMAIL]`);
    expect(heard.join('')).toBe(`${CARD}, [REDACTED_EMAIL]`);
  });

  it('stay where nobody says so', async () => {
    const { run, heard, events } = listening();
    expect((await run()).output).toBe(SAID);
    expect(heard.join('')).toBe(SAID);
    expect(events.filter(({ type }) => type === 'secrets.redacted')).toEqual([]);
  });

  it('are replaced in a structured answer and its text, which stays JSON', async () => {
    const output = z.object({ pan: z.number() });
    const { run, heard } = listening({ redactOutput: true, output }, '{"pan": 4111111111111111}');
    const answered = await run();
    expect(answered.result).toEqual({ pan: '[REDACTED_CARD]' });
    expect(JSON.parse(answered.output)).toEqual({ pan: '[REDACTED_CARD]' });
    expect(heard.join('')).toBe(answered.output);
  });

  it('are counted in the log, by class', async () => {
    const { run, events } = listening();
    const { runId } = await run({}, undefined, ON);
    expect(events.filter(({ type }) => type === 'secrets.redacted')).toEqual([
      {
        type: 'secrets.redacted',
        runId,
        agent: 'assistant',
        tenantId: 'demo',
        class: 'cards',
        count: 1,
        shadow: false,
      },
    ]);
  });

  it('stay in shadow, and are counted', async () => {
    const { run, heard, events } = listening({ redactOutput: true });
    expect((await run({}, undefined, tenantWith({ shadow: ['redaction'] }))).output).toBe(SAID);
    expect(heard.join('')).toBe(SAID);
    expect(events.find(({ type }) => type === 'secrets.redacted')).toMatchObject({
      class: 'cards',
      count: 1,
      shadow: true,
    });
  });

  it('are not kept in the cache, and an answer that was kept before is not given', async () => {
    const { run, requests } = listening();
    expect((await run({ cache: 'use' })).output).toBe(SAID);
    expect(await run({ cache: 'use' }, undefined, ON)).toMatchObject({ output: SHOWN, cache: 'miss' });
    expect(await run({ cache: 'use' }, undefined, ON)).toMatchObject({ output: SHOWN, cache: 'hit' });
    expect(await run({ cache: 'use' })).toMatchObject({ output: SAID, cache: 'hit' });
    expect(requests).toHaveLength(2);
  });

  it('are not in what is stored of a cached answer', async () => {
    const stored: StoredAnswer[] = [];
    const store = createMemoryCacheStore();
    const responses = createResponseCache({
      clock: createFakeClock(),
      emit: () => {},
      random: () => 0.5,
      randomBytes: (length) => new Uint8Array(length).fill(7),
      store: { ...store, putAnswer: (key, kept) => (stored.push(kept), store.putAnswer(key, kept)) },
    });
    await listening({ responses }).run({ cache: 'use' }, undefined, ON);
    const texts = await Promise.all(stored.map(unpackAnswer));
    expect(texts.map(({ body }) => (JSON.parse(body) as { readonly output: string }).output)).toEqual([SHOWN]);
  });

  it('stay in the conversation of a session, for the model alone', async () => {
    const { run, requests } = listening({ sessions: createMemorySessionStore(createFakeClock()) });
    await run({ sessionId: 'one' }, undefined, ON);
    await run({ sessionId: 'one', task: 'Go on.' }, undefined, ON);
    expect(JSON.stringify(requests[1]?.messages)).toContain(CARD);
  });
});
