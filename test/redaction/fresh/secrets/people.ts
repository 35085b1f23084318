import type { Random } from '../../../../lib/kernel/clock.ts';
import { between, chars, DIGITS, pick, times } from '../draw.ts';
import { plant, type Planted } from '../shape.ts';

const EMAIL = {
  kind: 'email',
  class: 'email',
  label: 'EMAIL',
  source: 'https://www.rfc-editor.org/rfc/rfc5322#section-3.4.1',
} as const;
const SSN = {
  kind: 'ssn',
  class: 'ssn',
  label: 'SSN',
  source: 'https://www.ssa.gov/employer/randomization.html',
} as const;

const EMAIL_TEXTS = [
  'Please write to § before noon.',
  'From: "Anna Berg" <§>\nTo: support\nSubject: Refund',
  '<a href="mailto:§">Contact</a>',
  '{"id":17,"email":"§","active":true}',
  'id,name,email,plan\n17,Anna Berg,§,pro\n',
  'Schreib mir an §!',
  "INSERT INTO users (email) VALUES ('§');",
  'git commit --author="Anna Berg <§>"',
  '2026-11-04T09:00:01Z INFO login ok user=§ ip=192.0.2.4',
  'Contact: § (reply within 2 days).',
  'E-mail：§',
  '¿Tu correo sigue siendo §?',
  'user:\n  mail: §\n  locale: fr\n',
  'https://example.com/unsubscribe?email=§&list=7',
  'ответьте на §, пожалуйста',
  'cc §; thanks',
  'Signed-off-by: Anna Berg <§>',
  'An §, mit der Bitte um Antwort.',
  '[write us](mailto:§?subject=Hello)',
  'RCPT TO:<§>',
  '連絡先は§です。',
  "user = User(email='§')",
  '• § — billing',
  'vCard: EMAIL;TYPE=work:§',
];

const email = (random: Random, index: number): string => {
  const given = pick(random, ['anna', 'jonas', 'mei', 'olu', 'sofia', 'tom', 'Ivana', 'J', 'priya']);
  const family = pick(random, ['berg', 'okafor', 'lopez', 'van.dijk', 'Smith', 'o-neill', 'tanaka', 'novak']);
  const domains = ['example.com', 'mail.example.org', 'example.co.uk', 'acme-shop.example', 'uni.example.edu'];
  const number = between(random, 1, 99);
  const local = [
    `${given}.${family}`,
    `${given}_${family}${number}`,
    `${given}+news@`,
    `${given[0]}${family}`,
    `${number}${given}`,
    `o'${family}`,
  ][index % 6]!.replace('@', String(number));
  return `${local}@${pick(random, domains)}`;
};

const SSN_TEXTS = [
  'SSN: §',
  'My social security number is §.',
  '{"name":"Pat Doe","ssn":"§"}',
  'name,ssn,dob\nPat Doe,§,1980-02-03\n',
  'The applicant (§) moved in May.',
  'Social Security Number § was already used on another return.',
  'Employee Pat Doe § starts Monday',
  "UPDATE people SET ssn = '§' WHERE id = 4;",
  'W-2 box a: §',
  'Mi número de seguro social es §, ¿lo necesita?',
  'ssn=§&dob=1980-02-03',
  'patient:\n  ssn: §\n',
  'Claim 7781 for §: approved.',
  '<ssn>§</ssn>',
  'Tax ID (SSN) §, single filer',
];

const SPACED_TEXTS = ['SSN § (from the form)', 'social security no. §', 'Her SSN is §.'];

const ssn = (random: Random, separator: string): string => {
  const area = pick(
    random,
    times(899, (index) => index + 1).filter((number) => number !== 666),
  );
  const parts = [String(area).padStart(3, '0'), String(between(random, 1, 99)).padStart(2, '0')];
  return [...parts, `${between(random, 1, 9)}${chars(random, 3, DIGITS)}`].join(separator);
};

export const people = (random: Random): Planted[] => [
  ...plant(
    EMAIL,
    EMAIL_TEXTS,
    times(24, (index) => email(random, index)),
  ),
  ...plant(
    { ...EMAIL, source: 'https://www.rfc-editor.org/rfc/rfc6531#section-3.3' },
    ['Mail: §', 'Bitte an § senden.'],
    ['jürgen.groß@example.de', '用户@例子.example'],
  ),
  ...plant(
    SSN,
    SSN_TEXTS,
    times(15, () => ssn(random, '-')),
  ),
  ...plant(
    SSN,
    SPACED_TEXTS,
    times(3, () => ssn(random, ' ')),
  ),
  ...plant(
    SSN,
    ['SSN: §', '"ssn":"§"', 'social security number §'],
    times(3, () => ssn(random, '')),
  ),
];
