import { expect, it } from 'vitest';
import { REDACTION_CLASSES } from '../../lib/redaction/classes.ts';
import { createRedactor, redact } from '../../lib/redaction/redactor.ts';
import { EDGES } from './edges/edges.ts';

const streamed = (text: string): string => {
  const redactor = createRedactor(REDACTION_CLASSES);
  return Array.from(text, (char) => redactor.push(char)).join('') + redactor.end();
};

it('no text stands there twice', () => {
  expect(new Set(EDGES.map(([text]) => text)).size).toBe(EDGES.length);
});

it.each(EDGES)('%s', (text, redacted) => {
  expect(redact(text, REDACTION_CLASSES)).toBe(redacted);
  expect(streamed(text)).toBe(redacted);
});
