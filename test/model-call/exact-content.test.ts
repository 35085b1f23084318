import { expect, it } from 'vitest';
import type { Wire } from '../../lib/model-call/provider.ts';
import { attemptOf, REQUEST, setting } from './parts.ts';
import { scriptedEvents, type Step } from './scripted-events.ts';
import { end, start, stop } from './stream-events.ts';

const WIRE: Wire = { bytes: 1, apiVersion: '2023-06-01', headers: {}, query: {}, bodyFor: () => '' };

const begun = (block: string, index = '0') =>
  `{"type":"content_block_start","index":${index},"content_block":${block}}`;
const grown = (delta: string, index = '0') => `{"type":"content_block_delta","index":${index},"delta":${delta}}`;

/** The content of the message as a client that waits for JSON reads it. */
const written = async (steps: readonly Step[], wire: Wire | undefined = WIRE): Promise<string> => {
  const parts = setting('http://unused');
  const provider = scriptedEvents(parts.clock, [start(), ...steps, end()]);
  const outcome = await attemptOf({ ...parts, provider })(REQUEST, {
    ...parts.context,
    listener: { ...parts.context.listener, ...(wire && { wire }) },
  });
  if (!outcome.ok) throw outcome.fault.error;
  return JSON.stringify(outcome.message.content);
};

it.each([
  '{"id":12345678901234567890,"r":1.0}',
  '{"list":[1E3,-0,1e-400,-12345678901234567890,0.10]}',
  '{"text":"a \\"quoted\\": 1.0 in it","n":2.50}',
  '{"__proto__":{"n":1.0}}',
])('a block that comes whole keeps its numbers as they stood: %s', async (result) => {
  const block = `{"type":"mcp_tool_result","content":[${result}]}`;
  expect(await written([begun(block), stop(0)])).toBe(`[${block}]`);
  expect(await written([begun(block.replaceAll(/([:,[])([-\d])/g, '$1 $2')), stop(0)])).toBe(`[${block}]`);
});

it('a delta that comes whole keeps them too', async () => {
  const text = begun('{"type":"text","text":""}');
  const cited = grown('{"type":"citations_delta","citation":{"at":12345678901234567890}}');
  expect(await written([text, cited, stop(0)])).toBe(
    '[{"type":"text","text":"","citations":[{"at":12345678901234567890}]}]',
  );
});

it('a number that a later delta says anew is the later one', async () => {
  const steps = [begun('{"type":"gauge","value":1.0,"all":[1.0]}'), grown('{"type":"g","value":2.0,"all":[2.0]}')];
  expect(await written([...steps, stop(0)])).toBe('[{"type":"gauge","value":2.0,"all":[1.0,2.0]}]');
});

it('an index is a number, however it is written', async () => {
  const steps = [begun('{"type":"text","text":"a"}', '0.0'), grown('{"type":"text_delta","text":"b"}', '0e1')];
  expect(await written([...steps, stop(0)])).toBe('[{"type":"text","text":"ab"}]');
});

it('what an agent of ours reads has plain numbers', async () => {
  const steps = [begun('{"type":"mcp_tool_result","content":{"r":1.0}}'), stop(0)];
  const parts = setting('http://unused');
  const provider = scriptedEvents(parts.clock, [start(), ...steps, end()]);
  const outcome = await attemptOf({ ...parts, provider })(REQUEST, parts.context);
  expect(outcome).toMatchObject({ ok: true, message: { content: [{ content: { r: 1 } }] } });
});

it('a block nested too deep to be read so is not lost', async () => {
  const parts = setting('http://unused');
  const deep = `{"type":"hologram","in":${'['.repeat(20_000)}1.0${']'.repeat(20_000)}}`;
  const provider = scriptedEvents(parts.clock, [start(), begun(deep), stop(0), end()]);
  expect(
    await attemptOf({ ...parts, provider })(REQUEST, {
      ...parts.context,
      listener: { ...parts.context.listener, wire: WIRE },
    }),
  ).toMatchObject({
    ok: true,
  });
});
