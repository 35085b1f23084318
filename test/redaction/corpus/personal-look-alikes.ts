import type { LookAlikeKind } from './look-alike-kinds.ts';

const FORMS = [
  'order_{p3}-{p2}-{p4}',
  'lesson 1{d8}',
  'user_id=1{d8}',
  'session=1{d8}',
  'ssn=000{d6}',
  'ssn: 9{d8}',
  'de{d2}{x18}',
  'de00-{d4}-{d4}-{d4}-{d4}-{d2}',
  'fr{d2}-{d4}',
  'De89370400440532013000',
  '00{d6}',
  '000{d9}',
  '0012 {d4} {d2}',
  'No. 00{d12}',
  '1\u{a0}234\u{a0}567',
  '{p1}\u{202f}{d3}\u{202f}{d3},50',
] as const;

export const PERSONAL_LOOK_ALIKES: readonly LookAlikeKind[] = [
  {
    kind: 'personal-spelled-otherwise',
    source: 'RFC 3986; HTML, named character references; the forms of the detectors, with something that is no secret',
    count: 2 * FORMS.length,
    make: (draw, at) => draw.form(FORMS[at % FORMS.length] ?? ''),
  },
];
