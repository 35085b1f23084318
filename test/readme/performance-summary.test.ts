import { expect, it } from 'vitest';
import { read } from './markdown.ts';

/** Requests a second of a line of the bench's table. */
const requestsOf = (gateway: string): string => {
  const { text } = read('docs/performance.md');
  const line = text.split('\n').find((each) => each.startsWith(`| ${gateway}, JSON, 0 ms, 50 |`));
  return line?.split('|')[2]?.trim() ?? 'not measured';
};

it('README says how many requests Ballast and Portkey make as the bench has measured it last', () => {
  const { text } = read('README.md');
  expect(text).toContain(`Ballast makes ${requestsOf('Ballast')} requests a second`);
  expect(text).toContain(`makes ${requestsOf('Portkey')} ([measured side by side]`);
});
