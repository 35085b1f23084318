import { describe, expect, it, vi } from 'vitest';
import { REDACTION_CLASSES } from '../../lib/redaction/classes.ts';
import { detectorsFor } from '../../lib/redaction/detectors/by-class.ts';
import { createJsonRedactor } from '../../lib/redaction/json-redactor.ts';
import { createScanner, type Text } from '../../lib/redaction/scanner.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';

const NOBODY = { copy() {}, replace() {} };

/** A text that counts how often its characters are looked at, one by one or as a part. */
const counting = (text: string) => {
  const counted = { steps: 0 };
  const reader: Text = {
    length: text.length,
    charCodeAt(at) {
      counted.steps += 1;
      return text.charCodeAt(at);
    },
    slice(from = 0, to = text.length) {
      counted.steps += Math.max(0, to - from);
      return text.slice(from, to);
    },
  };
  return { counted, reader };
};

const stepsOf = (text: string): number => {
  const { counted, reader } = counting(text);
  createScanner(detectorsFor(REDACTION_CLASSES), NOBODY).read(reader, 0, true);
  return counted.steps;
};

/** The same where it comes one character at a time. */
const streamedSteps = (text: string): number => {
  const scanner = createScanner(detectorsFor(REDACTION_CLASSES), NOBODY);
  let [known, base, steps] = ['', 0, 0];
  for (let i = 0; i < text.length; i += 1) {
    const { needed } = scanner;
    [known, base] = [known.slice(needed - base) + text.charAt(i), needed];
    const { counted, reader } = counting(known);
    scanner.read(reader, base, false);
    steps += counted.steps;
  }
  return steps;
};

/** Beginnings of secrets that never become one, and what makes a detector look far. */
const FRAGMENTS = [
  'sk-',
  'sk-ant-',
  'eyJ',
  'eyJ.',
  'eyJ-',
  'eyJhbGciOiJ-',
  `${'eyJ-'.repeat(1_500)}.a.${'a'.repeat(9)}`,
  'eyJa.eyJ',
  `eyJ${'a'.repeat(90)}.`,
  '-----BEGIN ',
  '-----BEGIN PRIVATE KEY-----\n',
  `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(20)}`,
  `-----BEGIN PRIVATE KEY-----\n${' '.repeat(90)}`,
  `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(20)}${' '.repeat(90)}`,
  'password: a#&',
  'A A',
  '4',
  '4111 ',
  '4-',
  '41111111 ',
  'DE89 ',
  'DE89370400440532013',
  '=a',
  'key=',
  'api_key=a',
  'secret: a1',
  '@',
  'a@',
  'a@b.',
  'a@b.c-',
  '+1 ',
  '+49 1 ',
  '(',
  '0',
  '01 ',
  '1 ',
  'xoxb-',
  'AKIA',
  `${'AK'}IA${'A'.repeat(16)} `,
  'bearer a',
  '\\n',
  'https://hooks.slack.com/services/',
  'a',
  ' ',
  'a.',
  '/',
  'abcd1234/',
  '123-45-',
  '123 45 ',
  'ssn 1',
  'é',
  'card 4111',
  'card 7111 ',
  'card_4111%20',
  '4111&nbsp;',
  'a%40',
  'de89-',
  'de89%20',
  'ssn_1',
  '0049 ',
  '+1\u{a0}',
  '%20a',
  'key%3Da',
  'key:\n- ',
  '```a\n',
  'sk%2D',
  'basic a',
  `eyJhbGciOiJub25lIn0.eyJ${'a'.repeat(20)} `,
  `-----BEGIN PRIVATE KEY-----<br>${'A'.repeat(20)}<br`,
  "ж'",
  '--token a',
  'api key "',
  'phone: 1',
  'token:\n- a',
  'key="a">',
  'key\na',
  'bearer "a',
  'curl -u a:a',
  'bot12345678:',
  `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(40)}\n- `,
  '[31;1m',
  'p[a]m',
];

const repeated = (fragment: string, length: number) =>
  fragment.repeat(Math.ceil(length / fragment.length)).slice(0, length);

const random = seededRandom(16);
const mixed = (length: number) => {
  let text = '';
  while (text.length < length) text += FRAGMENTS[Math.floor(random() * FRAGMENTS.length)] ?? '';
  return text.slice(0, length);
};

/** Measured at 92 at most where the text is whole, and at 264 where each character comes alone. */
const MOST_STEPS = 100;
const MOST_STREAMED_STEPS = 300;
/** Of what is kept for each character of JSON; measured at 7 at most. */
const MOST_COPIED = 10;

describe('the worst inputs', () => {
  it('take a bounded number of steps for each character of a megabyte', () => {
    const length = size(20_000, 1_000_000);
    for (const text of [...FRAGMENTS.map((fragment) => repeated(fragment, length)), mixed(length), mixed(length)])
      expect(stepsOf(text) / length, text.slice(0, 40)).toBeLessThan(MOST_STEPS);
  });

  it('take so where they come one character at a time', () => {
    const length = size(6_000, 200_000);
    for (const text of [...FRAGMENTS.map((fragment) => repeated(fragment, length)), mixed(length)])
      expect(streamedSteps(text) / length, text.slice(0, 40)).toBeLessThan(MOST_STREAMED_STEPS);
  });

  it('are not copied at each part of JSON, however much is held back', () => {
    const length = size(6_000, 200_000);
    for (const text of FRAGMENTS.map((fragment) => repeated(fragment, length))) {
      const redactor = createJsonRedactor(REDACTION_CLASSES);
      const copies = vi.spyOn(Array.prototype, 'slice');
      for (const char of `["${text}"]`.split('')) redactor.push(char);
      const copied = copies.mock.results.reduce((sum, { value }) => sum + (value as readonly unknown[]).length, 0);
      copies.mockRestore();
      expect(copied / length, text.slice(0, 40)).toBeLessThan(MOST_COPIED);
    }
  });
});
