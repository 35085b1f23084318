import Anthropic from '@anthropic-ai/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asking, clientOf, rejection } from '../local/simulated-claude/ask.ts';
import { reply, type ScriptedAnswer } from './answers.ts';
import * as broken from './broken.ts';
import { type ScriptedUpstream, startScriptedUpstream } from './start-scripted-upstream.ts';

let upstream: ScriptedUpstream;
let client: Anthropic;
beforeEach(async () => {
  upstream = await startScriptedUpstream();
  client = clientOf(upstream.url);
});
afterEach(() => upstream.close());

const long = reply('abcdefgh'.repeat(9));

describe('a JSON answer', () => {
  it.each<[string, ScriptedAnswer, unknown]>([
    ['is reset in its middle', broken.resetAfter(5, long), Error],
    ['ends in its middle', broken.endAfter(5, long), SyntaxError],
    ['is malformed', broken.malformedAfter(5, long), SyntaxError],
    ['has the status of an error event', broken.errorEventAfter(3, long), Anthropic.OverloadedError],
  ])('%s', async (_title, answer, error) => {
    upstream.script('*', [answer]);
    expect(await rejection(client.messages.create(asking('x')))).toBeInstanceOf(error);
  });

  it.each<[string, ScriptedAnswer]>([
    ['stalls in its middle', broken.stallAfter(5, long)],
    ['never comes where a stream would ping', broken.pingsOnly(1, long)],
  ])('%s', async (_title, answer) => {
    upstream.script('*', [answer]);
    const gone = new AbortController();
    const pending = rejection(client.messages.create(asking('x'), { signal: gone.signal }));
    await upstream.seen(1);
    gone.abort();
    await upstream.aborted(0);
    expect(await pending).toBeInstanceOf(Error);
  });
});
