import { expect, it } from 'vitest';
import { readClientRequest } from '../../lib/gateway/client-request.ts';
import { httpEvent } from '../functions/invoke.ts';
import { question } from './ask.ts';

const read = (over: object) => readClientRequest(httpEvent({ body: JSON.stringify(question(over)) }));

it.each<[string, object, string | null]>([
  ['none', {}, null],
  ['no metadata', { metadata: null }, null],
  ['metadata of another kind', { metadata: { deck: 1 } }, null],
  ['null', { metadata: { user_id: null } }, null],
  ['an empty one', { metadata: { user_id: '' } }, null],
  ['one of 256 characters', { metadata: { user_id: 'u'.repeat(256) } }, 'u'.repeat(256)],
  ['one of 257, which is the provider’s to judge', { metadata: { user_id: 'u'.repeat(257) } }, null],
])('the end user is whom the client names: %s', (_title, over, userId) => {
  expect(read(over).userId).toBe(userId);
});

it.each([
  [{}, false],
  [{ stream: null }, false],
  [{ stream: false }, false],
  [{ stream: true }, true],
])('a client that sends %j streams: %s', (over, streams) => {
  expect(read(over).streams).toBe(streams);
});

it.each([{ stream: 'yes' }, { metadata: [] }, { metadata: { user_id: 7 } }, { messages: [] }, { max_tokens: -1 }])(
  'what Ballast has to understand is refused by the name of its field where it cannot be: %j',
  (over) => {
    const path = JSON.stringify(over).includes('user_id') ? 'metadata.user_id' : Object.keys(over)[0];
    expect(() => read(over)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
    expect(() => read(over)).toThrow(expect.objectContaining({ issues: [expect.objectContaining({ path })] }));
  },
);

it.each(['anthropic-version', 'anthropic-beta'])(
  '%s is refused where no header can carry it on, and only there',
  (name) => {
    const event = (value: string) => ({
      ...httpEvent({ body: JSON.stringify(question()) }),
      headers: { [name]: value },
    });
    for (const value of ['2023-06-01\u2713', 'a\nx-api-key: b', '\u0001'])
      expect(() => readClientRequest(event(value))).toThrow(expect.objectContaining({ code: 'invalid-request' }));
    expect(readClientRequest(event('gr\u00fcn, b')).wire.headers[name]).toBe('gr\u00fcn, b');
  },
);
