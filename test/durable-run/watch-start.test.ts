import { expect, it } from 'vitest';
import { watchStart } from '../../lib/durable-run/watch-start.ts';

const asked = (lastEventId?: string, query: Record<string, string> | null = null) => ({
  headers: lastEventId === undefined ? {} : { 'last-Event-Id': lastEventId },
  queryStringParameters: query,
});

it.each([
  ['at the beginning by default', asked(), 0, 'after'],
  ['at the beginning by an empty header', asked(''), 0, 'after'],
  ['after the event of the header, in any case', asked('12'), 12, 'Last-Event-ID'],
  ['after that of the query', asked(undefined, { after: '0' }), 0, 'after'],
  ['after that of the query beside an empty header', asked('', { after: '7' }), 7, 'after'],
  ['after that of the header where both are sent', asked('12', { after: '7' }), 12, 'Last-Event-ID'],
  ['after the greatest id', asked(undefined, { after: '9999999999' }), 9_999_999_999, 'after'],
])('a watcher begins %s', (_title, event, after, field) => {
  expect(watchStart(event)).toEqual({ after, field });
});

const WRONG = ['-1', '+1', '1.0', '1e3', ' 1', '0x1', 'abc', '10000000000', '\u0661', 'NaN'];
const BOUND = 'must be a whole number from 0 to 9999999999';

it.each([
  ...WRONG.map((id) => ['Last-Event-ID', asked(id, { after: '1' }), BOUND] as const),
  ...[...WRONG, ''].map((id) => ['after', asked('1', { after: id }), BOUND] as const),
  ['aftr', asked(undefined, { aftr: '1' }), 'is not a known field; did you mean after?'] as const,
])('%s of %j is refused with its bound', (path, event, message) => {
  const refused = expect.objectContaining({ code: 'invalid-request', issues: [{ path, message }] }) as Error;
  expect(() => watchStart(event)).toThrow(refused);
});
