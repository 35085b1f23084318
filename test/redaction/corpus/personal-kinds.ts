import type { Draw } from './drawn-text.ts';
import type { Kind } from './key-kinds.ts';

/** Issuers' prefixes and lengths (ISO/IEC 7812; the schemes' own BIN tables). */
const CARDS: readonly (readonly [string, number])[] = [
  ['4', 16],
  ['4', 13],
  ['4', 19],
  ['51', 16],
  ['53', 16],
  ['55', 16],
  ['2221', 16],
  ['2720', 16],
  ['34', 15],
  ['37', 15],
  ['6011', 16],
  ['644', 16],
  ['65', 16],
  ['3528', 16],
  ['3589', 16],
  ['36', 14],
  ['300', 14],
  ['38', 14],
  ['62', 16],
  ['62', 19],
  ['5018', 16],
  ['6759', 18],
  ['6304', 16],
];

/** The digit that makes a number valid by Luhn (ISO/IEC 7812-1, annex B). */
export const luhnDigit = (digits: string): string => {
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return String((10 - (sum % 10)) % 10);
};

const GROUPS: Readonly<Record<number, readonly number[]>> = {
  13: [4, 4, 4, 1],
  14: [4, 6, 4],
  15: [4, 6, 5],
  16: [4, 4, 4, 4],
  18: [4, 4, 4, 4, 2],
  19: [4, 4, 4, 4, 3],
};

export const grouped = (digits: string, groups: readonly number[], separator: string): string => {
  let at = 0;
  return groups.map((length) => digits.slice(at, (at += length))).join(separator);
};

export const cardNumber = (draw: Draw): string => {
  const [prefix, length] = draw.pick(CARDS);
  const body = prefix + draw.chars('d', length - prefix.length - 1);
  return body + luhnDigit(body);
};

export const inGroups = (draw: Draw, number: string): string =>
  grouped(number, GROUPS[number.length] ?? [number.length], draw.pick(['', '', ' ', ' ', '-']));

/** Areas 001 to 899 without 666, groups 01 to 99, serials 0001 to 9999 (ssa.gov, "SSN randomization"). */
export const ssn = (draw: Draw): string => {
  const area = draw.pick([draw.int(1, 665), draw.int(667, 899)]);
  return `${String(area).padStart(3, '0')}-${String(draw.int(1, 99)).padStart(2, '0')}-${String(draw.int(1, 9999)).padStart(4, '0')}`;
};

/** Countries with the form of their account numbers (SWIFT, IBAN registry). */
const IBANS: readonly (readonly [string, string])[] = [
  ['DE', '{d18}'],
  ['FR', '{d10}{U11}{d2}'],
  ['GB', '{A4}{d14}'],
  ['NL', '{A4}{d10}'],
  ['ES', '{d20}'],
  ['IT', '{A1}{d10}{U12}'],
  ['CH', '{d5}{U12}'],
  ['AT', '{d16}'],
  ['BE', '{d12}'],
  ['PL', '{d24}'],
  ['SE', '{d20}'],
  ['NO', '{d11}'],
  ['DK', '{d14}'],
  ['PT', '{d21}'],
  ['IE', '{A4}{d14}'],
  ['MT', '{A4}{d5}{U18}'],
  ['SA', '{d2}{U18}'],
  ['TR', '{d5}0{U16}'],
  ['LU', '{d3}{U13}'],
  ['BR', '{d23}{A1}{U1}'],
  ['FI', '{d14}'],
  ['CZ', '{d20}'],
];

/** The two check digits of an account number (ISO 13616, ISO 7064 mod 97-10). */
const ibanCheck = (country: string, account: string): string => {
  const digits = [...account, ...country, '0', '0'].map((char) => parseInt(char, 36)).join('');
  return String(98 - Number(BigInt(digits) % 97n)).padStart(2, '0');
};

export const iban = (draw: Draw): string => {
  const [country, form] = draw.pick(IBANS);
  const account = draw.form(form);
  const whole = country + ibanCheck(country, account) + account;
  return draw.int(0, 1) === 0 ? whole : (whole.match(/.{1,4}/g) ?? []).join(' ');
};

const PEOPLE = [
  'ada.lovelace',
  'j.doe',
  'maria_garcia',
  'x',
  'first.last+tag',
  "o'brien",
  'user%dept',
  'info',
  'kim-lee',
  'a1b2c3',
];
const DOMAINS = [
  'example.com',
  'mail.example.org',
  'example.co.uk',
  'sub.dept.example.de',
  'example.io',
  'xn--bcher-kva.example',
  'example.museum',
];

/** National forms (ITU-T E.123; E.164; the regulators' numbering plans). */
const PHONES = [
  '+1 {p1}15-555-{d4}',
  '+1 (415) 555-{d4}',
  '+14155{d6}',
  '+44 20 7946 {d4}',
  '+447700900{d3}',
  '+49 30 {p1}{d6}',
  '+49 (0)30 {p1}{d6}',
  '+33 1 4{d1} {d2} {d2} {d2}',
  '+81-3-{p1}{d3}-{d4}',
  '+91 98{d3} {d5}',
  '+61 4{d2} {d3} {d3}',
  '+5511{p1}{d8}',
  '+86 138 {d4} {d4}',
  '(212) 555-{d4}',
  '212-555-{d4}',
  '646.555.{d4}',
  '1-800-555-{d4}',
  '020 7946 {d4}',
  '07700 900{d3}',
  '030 {p1}{d6}',
  '0171/{p1}{d6}',
  '01 4{d1} {d2} {d2} {d2}',
  '06.1{d1}.{d2}.{d2}.{d2}',
  '03-{p1}{d3}-{d4}',
  '090-{p1}{d3}-{d4}',
  '0412 {d3} {d3}',
  '02 9374 {d4}',
];

export const PERSONAL_KINDS: readonly Kind[] = [
  {
    kind: 'card',
    label: 'CARD',
    source: 'ISO/IEC 7812-1; BIN ranges of the schemes',
    count: 60,
    make: (draw) => ({ secret: inGroups(draw, cardNumber(draw)) }),
  },
  {
    kind: 'ssn',
    label: 'SSN',
    source: 'ssa.gov/employer/randomization.html',
    count: 24,
    make: (draw) => ({ secret: ssn(draw) }),
  },
  {
    kind: 'ssn-named',
    label: 'SSN',
    source: 'ssa.gov/employer/randomization.html',
    count: 9,
    make: (draw) => ({
      before: draw.pick(['SSN: ', 'Social Security number ', 'ssn=']),
      secret: ssn(draw).replaceAll('-', draw.pick(['', ' '])),
    }),
  },
  {
    kind: 'iban',
    label: 'IBAN',
    source: 'SWIFT IBAN registry; ISO 13616',
    count: 36,
    make: (draw) => ({ secret: iban(draw) }),
  },
  {
    kind: 'email',
    label: 'EMAIL',
    source: 'RFC 5321, RFC 5322',
    count: 30,
    make: (draw) => ({ secret: `${draw.pick(PEOPLE)}|@${draw.pick(DOMAINS)}` }),
  },
  {
    kind: 'phone',
    label: 'PHONE',
    source: 'ITU-T E.164, E.123; national numbering plans',
    count: 54,
    make: (draw) => ({ secret: draw.form(draw.pick(PHONES)) }),
  },
];
