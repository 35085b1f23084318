import { expect, it } from 'vitest';
import { withAnswerExamples } from '../../lib/api/answer-examples.ts';
import { type Described, DOCUMENT, mismatches } from './document.ts';
import { eventFaults } from './event-faults.ts';

type Json = Readonly<Record<string, unknown>>;
type Media = { readonly schema: Json; readonly example?: unknown };

const { paths } = (await withAnswerExamples(DOCUMENT as unknown as Json)) as unknown as typeof DOCUMENT;
const successes = Object.values(paths)
  .flatMap((item) => Object.values(item))
  .flatMap(({ operationId, responses }) =>
    Object.entries(responses)
      .filter(([, { $ref, content = {} }]) => $ref === undefined && !('application/problem+json' in content))
      .map(([status, { content = {} }]) => ({ title: `${operationId} ${status}`, content })),
  );
const contents = successes.flatMap(({ title, content }: { title: string; content: Described['content'] }) =>
  Object.entries(content ?? {}).map(([type, media]) => ({ title: `${title} ${type}`, type, ...(media as Media) })),
);

it('each answer of each operation that is no refusal has an example in each form, but for the pages themselves', () => {
  const lacking = contents.filter(({ example }) => example === undefined);
  expect(contents.length).toBeGreaterThan(45);
  expect(lacking.map(({ title }) => title)).toEqual(['getConsole 200 text/html', 'getDocs 200 text/html']);
});

it('each of them is as its schema says', () => {
  const wrong = contents.flatMap(({ title, type, schema, example }) => {
    if (example === undefined) return [];
    const isStream = type === 'text/event-stream' && typeof example === 'string';
    const faults = isStream ? eventFaults(schema, example) : mismatches(schema, example);
    return faults.map((fault) => `${title}: ${fault}`);
  });
  expect(wrong).toEqual([]);
});

it('an example that is not as its schema says is found', () => {
  const run = contents.find(({ title }) => title === 'runAgent 200 application/json');
  const events = contents.find(({ title }) => title === 'runAgent 200 text/event-stream');
  expect(mismatches(run?.schema ?? {}, { ...(run?.example as object), costUsd: 1 })).not.toEqual([]);
  const other = (events?.example as string).replace('event: run.started', 'event: run.begun');
  expect(eventFaults(events?.schema ?? {}, other)).not.toEqual([]);
});
