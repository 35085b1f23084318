import { createAnthropic } from '@ai-sdk/anthropic';
import { ChatAnthropic } from '@langchain/anthropic';
import { streamText } from 'ai';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { MODEL } from '../gateway/ask.ts';
import { TEXT, withComments } from '../gateway/with-comments.ts';
import { reply } from '../upstream/answers.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await startScriptedUpstream();
});
afterAll(() => upstream.close());
beforeEach(() => upstream.script('*', [withComments(reply(TEXT))]));

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
