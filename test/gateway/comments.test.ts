import { createAnthropic } from '@ai-sdk/anthropic';
import { ChatAnthropic } from '@langchain/anthropic';
import { streamText } from 'ai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COMMENT } from '../../lib/gateway/answer/buffered-head.ts';
import type { Step } from '../../local/simulated-claude/steps.ts';
import { reply, type ScriptedAnswer } from '../upstream/answers.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { MODEL, question } from './asking.ts';
import { createClient, SDKS } from './sdks.ts';

const TEXT = 'Weight, low down, of one kind or another.';

/** As Ballast sends what is quiet: the head with a comment first, then one between any two events. */
const withComments =
  (answer: ScriptedAnswer): ScriptedAnswer =>
  (asked) =>
    [...answer(asked)].flatMap((step): Step[] =>
      step.do === 'send' ? [{ do: 'send', bytes: COMMENT, piece: 'comment', billed: null }, step] : [step],
    );

const ERROR = 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n';
/** What fails after the head is out, before there is any content. */
const failing: ScriptedAnswer = (asked) => [
  ...[...withComments(reply(TEXT))(asked)].slice(0, 2),
  { do: 'send', bytes: ERROR, piece: 'error', billed: null },
  { do: 'end' },
];

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await startScriptedUpstream();
});
afterAll(() => upstream.close());
beforeEach(() => upstream.script('*', [withComments(reply(TEXT))]));

describe.each(SDKS)('%s', (_title, Sdk) => {
  const client = () => createClient(Sdk, { url: upstream.url }, { key: 'key' }, { maxRetries: 0 });

  it('reads a stream over its comments', async () => {
    expect(await client().messages.stream(question()).finalText()).toBe(TEXT);
  });

  it('hears of what failed after the comments', async () => {
    upstream.script('*', [failing]);
    await expect(client().messages.stream(question()).finalText()).rejects.toThrow(/Overloaded/);
  });
});

it('the Vercel AI SDK reads a stream over its comments', async () => {
  const model = createAnthropic({ apiKey: 'key', baseURL: `${upstream.url}/v1` })(MODEL);
  expect(await streamText({ model, prompt: 'What is ballast?' }).text).toBe(TEXT);
});

it('LangChain reads a stream over its comments', async () => {
  const model = new ChatAnthropic({ apiKey: 'key', anthropicApiUrl: upstream.url, model: MODEL, maxRetries: 0 });
  let text = '';
  for await (const { content } of await model.stream('What is ballast?'))
    text +=
      typeof content === 'string' ? content : content.map((part) => ('text' in part ? String(part.text) : '')).join('');
  expect(text).toBe(TEXT);
});
