import type { Edge } from './edge.ts';

export const EMAIL_EDGES: readonly Edge[] = [
  // RFC 5321, 4.5.3.1: the name of a mailbox has 64 characters at most, a label of a domain 63.
  [`${'a'.repeat(64)}@example.com`, '[REDACTED_EMAIL]'],
  [`${'a'.repeat(65)}@example.com`, `${'a'.repeat(65)}@example.com`],
  [`a@${'b'.repeat(63)}.com`, '[REDACTED_EMAIL]'],
  [`a@${'b'.repeat(64)}.com`, `a@${'b'.repeat(64)}.com`],
  ['a@-b.com', 'a@-b.com'],
  ['a@b.-c.com', 'a@b.-c.com'],
  ['a@b-.com', 'a@b-.com'],
  ['a@b.c', 'a@b.c'],
  ['a@b.de', '[REDACTED_EMAIL]'],
  [`a@b.${'c'.repeat(24)}`, '[REDACTED_EMAIL]'],
  [`a@b.${'c'.repeat(25)}`, `a@b.${'c'.repeat(25)}`],
  ['a@b.xn--p1ai', '[REDACTED_EMAIL]'],
  ['a@b.xn--c', 'a@b.xn--c'],
  ['a%40example.com', '[REDACTED_EMAIL]'],
  ['%40example.com', '%40example.com'],
  ['a@b.com--', '[REDACTED_EMAIL]--'],
  ['..ada@example.com', '..[REDACTED_EMAIL]'],
  // Behind a line break that is written out, whose letter stays.
  [String.raw`\nada@example.com`, String.raw`\n[REDACTED_EMAIL]`],
  [String.raw`so\tada@example.com`, String.raw`so\t[REDACTED_EMAIL]`],
  [String.raw`\n@example.com`, String.raw`\[REDACTED_EMAIL]`],
  // A label may end with a digit or begin with one (RFC 1123, 2.1), and has letters with their marks (RFC 5892).
  ['a@1and1.com', '[REDACTED_EMAIL]'],
  ['a@हिन्दी.भारत', '[REDACTED_EMAIL]'],
  // Of a top domain in Punycode.
  ['a@b.xn--ab', '[REDACTED_EMAIL]'],
  ['a@b.xn--P1AI', '[REDACTED_EMAIL]'],
  ['a@b.xn--vermgensberatung-pwb', '[REDACTED_EMAIL]'],
  [`a@b.xn--${'c'.repeat(59)}`, '[REDACTED_EMAIL]'],
  [`a@b.xn--${'c'.repeat(60)}`, `a@b.xn--${'c'.repeat(60)}`],
  // A domain has 255 characters at most.
  [`a@${'bcd.'.repeat(63)}com`, '[REDACTED_EMAIL]'],
  [`a@${'bcd.'.repeat(63)}info`, `a@${'bcd.'.repeat(63)}info`],
  [`a@${'bcd.'.repeat(63)}museum`, `a@${'bcd.'.repeat(63)}museum`],
  ['a@b.com...', '[REDACTED_EMAIL]...'],
  // It begins nowhere in a name that is too long, but behind more signs than names have.
  [`${'n'.repeat(65)}@example.com`, `${'n'.repeat(65)}@example.com`],
  ...['.', '_', '%', '+', "'", '-'].map((sign): Edge => {
    const text = `${'a'.repeat(62)}${sign}bcd@example.com`;
    return [text, text];
  }),
  [`${'a'.repeat(60)}--------b@example.com`, `${'a'.repeat(60)}--------b@example.com`],
  [`${'a'.repeat(60)}---------b@example.com`, `${'a'.repeat(60)}---------[REDACTED_EMAIL]`],
  ['a%40b', 'a%40b'],
  ['—ada@example.com', '—[REDACTED_EMAIL]'],
  ['—@example.com', '—@example.com'],
  // A repository's user is nobody.
  ['git@github.com:acme/api.git', 'git@github.com:acme/api.git'],
  ['git@github.com/acme/api.git', 'git@github.com/acme/api.git'],
  ['git@github.com, please', '[REDACTED_EMAIL], please'],
  ['gita@github.com:acme', '[REDACTED_EMAIL]:acme'],
  [`ada@example.com${'.'.repeat(300)}`, `[REDACTED_EMAIL]${'.'.repeat(300)}`],
];
