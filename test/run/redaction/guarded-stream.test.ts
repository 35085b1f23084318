import { expect, it } from 'vitest';
import { type RunStream, silentStream } from '../../../lib/agent/loop/run-stream.ts';
import { redactJson } from '../../../lib/redaction/json-redactor.ts';
import { createRedactor, redact } from '../../../lib/redaction/redactor.ts';
import { guardStream } from '../../../lib/run/redaction/guarded-stream.ts';

const CLASSES = ['cards'] as const;

/** What a caller has heard, each thing as one word. */
const guarded = (joinsCalls = false) => {
  const heard: string[] = [];
  const inner: RunStream = {
    ...silentStream,
    modelStarted: (_model, goesOn = false) => void heard.push(goesOn ? '[goes on]' : '[model]'),
    text: (text) => void heard.push(text),
    reset: () => void heard.push('[reset]'),
    textIs: (text) => void heard.push(`[is ${text}]`),
    toolStarted: () => void heard.push('[tool]'),
  };
  const open = () => createRedactor(CLASSES);
  return {
    heard,
    ...guardStream(inner, {
      open,
      redact: (text) => redact(text, CLASSES),
      json: (value) => redactJson(value, CLASSES),
      joinsCalls,
    }),
  };
};

it('redacts a secret over several deltas, and lets go what was none once the text is over', () => {
  const { heard, stream, ...guard } = guarded();
  for (const part of ['pay 4111 11', '11 1111 1111', ' or 4111']) stream.text(part);
  expect(heard.join('')).toBe('pay [REDACTED_CARD] or ');
  guard.flush();
  expect(heard.join('')).toBe('pay [REDACTED_CARD] or 4111');
});

it('forgets what it holds back where the text is void', () => {
  const { heard, stream, ...guard } = guarded();
  stream.text('a 4111 1111');
  stream.reset();
  stream.text('b');
  guard.flush();
  expect(heard).toEqual(['a ', '[reset]', 'b']);
});

it('lets go before a tool or another model call is told, where each call is told as a whole', () => {
  const { heard, stream } = guarded();
  stream.text('4111');
  stream.toolStarted('toolu_1', 'look');
  stream.text('5');
  stream.modelStarted('claude');
  expect(heard).toEqual(['4111', '[tool]', '5', '[model]']);
});

it('holds back over tools and calls, where who listens may join what they say', () => {
  const { heard, stream, ...guard } = guarded(true);
  stream.text('pay 4111 1111 ');
  stream.toolStarted('toolu_1', 'look');
  stream.modelStarted('claude');
  stream.text('1111 1111 ok 4111');
  stream.toolStarted('toolu_2', 'look');
  stream.modelStarted('claude');
  stream.text('so');
  guard.flush();
  expect(heard).toEqual(['pay ', '[tool]', '[model]', '[REDACTED_CARD] ok ', '[tool]', '[model]', '4111so']);
});

it('holds back over calls whose texts are one', () => {
  const { heard, stream, ...guard } = guarded();
  stream.text('4111 1111');
  stream.modelStarted('claude', true);
  stream.text(' 1111 1111');
  guard.flush();
  expect(heard).toEqual(['[goes on]', '[REDACTED_CARD]']);
});

it('says no half of a secret where the text goes on in the next call, and all of it then', () => {
  const { heard, stream, ...guard } = guarded();
  stream.text('pay 4111 1111');
  stream.textIs('pay 4111 1111', true);
  stream.modelStarted('claude', true);
  stream.text(' 1111 1111');
  guard.flush();
  stream.textIs('pay 4111 1111 1111 1111');
  expect(heard).toEqual(['pay ', '[is pay ]', '[goes on]', '[REDACTED_CARD]', '[is pay [REDACTED_CARD]]']);
});

it('redacts what the text is to be', () => {
  const { heard, stream } = guarded();
  stream.textIs('4111 1111 1111 1111');
  expect(heard).toEqual(['[is [REDACTED_CARD]]']);
});
