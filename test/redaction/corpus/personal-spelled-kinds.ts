import type { Kind } from './key-kinds.ts';
import { iban, ssn } from './personal-kinds.ts';

const SSN_NAMES = [
  'user_ssn=',
  '"employeeSsn": ',
  'ssn%3D',
  'ssn_',
  'SSN-',
  'social_security_number: ',
  '**SSN:** ',
  'Social-Security no. ',
] as const;

const PHONES = [
  '0049 30 {p1}{d6}',
  '0049 (0)30 {p1}{d6}',
  '0049-171-{p1}{d6}',
  '0044 20 7946 {d4}',
  '0033 1 4{d1} {d2} {d2} {d2}',
  '004930{p1}{d6}',
  '001 415 555 {d4}',
  '+49\u{a0}30\u{a0}{p1}{d6}',
  '+33\u{202f}1\u{202f}4{d1}\u{202f}{d2}\u{202f}{d2}\u{202f}{d2}',
  '+1\u{a0}(415)\u{a0}555\u{2011}{d4}',
  '(212)\u{a0}555\u{2011}{d4}',
  '212\u{2010}555\u{2010}{d4}',
  '030\u{2009}{p1}{d6}',
  '0412\u{a0}{d3}\u{a0}{d3}',
] as const;

const IBAN_SEPARATORS = ['-', '\u{a0}', '\u{202f}', '\u{2009}', '\u{2011}', '+', '%20', '&nbsp;'] as const;

export const PERSONAL_SPELLED_KINDS: readonly Kind[] = [
  {
    kind: 'ssn-spelled',
    label: 'SSN',
    source: 'ssa.gov/employer/randomization.html; Unicode, dashes',
    count: 24,
    make: (draw, at) => {
      const before = SSN_NAMES[at % SSN_NAMES.length] ?? '';
      return at % 3 === 1
        ? { secret: ssn(draw).replaceAll('-', draw.pick(['\u{2011}', '\u{2010}', '\u{a0}'])) }
        : { before, secret: ssn(draw).replaceAll('-', draw.pick(['', '-'])) };
    },
  },
  {
    kind: 'iban-spelled',
    label: 'IBAN',
    source: 'ISO 13616; SWIFT IBAN registry, print format; RFC 3986, 2.1',
    count: 3 * IBAN_SEPARATORS.length,
    make: (draw, at) => {
      const whole = iban(draw).replaceAll(' ', '');
      const separator = IBAN_SEPARATORS[at % IBAN_SEPARATORS.length] ?? ' ';
      const secret = (whole.match(/.{1,4}/g) ?? []).join(at % 4 === 3 ? '' : separator);
      return {
        secret: at % 2 === 0 || at % 4 === 3 ? secret.replaceAll(/[A-Z]/g, (char) => char.toLowerCase()) : secret,
      };
    },
  },
  {
    kind: 'phone-spelled',
    label: 'PHONE',
    source: 'ITU-T E.123, E.164; Unicode, spaces and dashes',
    count: 2 * PHONES.length,
    make: (draw, at) => ({ secret: draw.form(PHONES[at % PHONES.length] ?? '') }),
  },
];
