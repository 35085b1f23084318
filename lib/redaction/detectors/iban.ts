import {
  ALPHANUMERIC,
  CAPITAL,
  CAPITAL_OR_DIGIT,
  type CharSet,
  charSet,
  type Detector,
  DIGIT,
  has,
  isOpen,
  literal,
  missing,
  MORE,
  NO,
  type Reader,
} from '../reader.ts';

/** By country, what its accounts consist of: `n` digits, `a` capitals, `c` either (SWIFT, IBAN registry). */
export const REGISTRY: readonly string[] =
  'AD:n8c12 AE:n19 AL:n8c16 AT:n16 AZ:a4c20 BA:n16 BE:n12 BG:a4n6c8 BH:a4c14 BI:n23 BR:n23a1c1 BY:c4n4c16 CH:n5c12 CR:n18 CY:n8c16 CZ:n20 DE:n18 DJ:n23 DK:n14 DO:c4n20 EE:n16 EG:n25 ES:n20 FI:n14 FK:a2n12 FO:n14 FR:n10c11n2 GB:a4n14 GE:a2n16 GI:a4c15 GL:n14 GR:n7c16 GT:c24 HN:a4n20 HR:n17 HU:n24 IE:a4n14 IL:n19 IQ:a4n15 IS:n22 IT:a1n10c12 JO:a4n4c18 KW:a4c22 KZ:n3c13 LB:n4c20 LC:a4c24 LI:n5c12 LT:n16 LU:n3c13 LV:a4c13 LY:n21 MC:n10c11n2 MD:c20 ME:n18 MK:n3c10n2 MN:n16 MR:n23 MT:a4n5c18 MU:a4n19a3 NI:a4n20 NL:a4n10 NO:n11 OM:n3c16 PK:a4c16 PL:n24 PS:a4c21 PT:n21 QA:a4c21 RO:a4c16 RS:n18 RU:n14c15 SA:n2c18 SC:a4n20a3 SD:n14 SE:n20 SI:n15 SK:n20 SM:a1n10c12 SO:n19 ST:n21 SV:a4n20 TL:n19 TN:n20 TR:n6c16 UA:n6c19 VA:n18 VG:a4n16 XK:n16 YE:a4n4c18'.split(
    ' ',
  );

const SMALL = charSet('abcdefghijklmnopqrstuvwxyz');
const SMALL_OR_DIGIT = charSet('abcdefghijklmnopqrstuvwxyz0123456789');
const SETS: Readonly<Record<string, CharSet>> = { n: DIGIT, a: CAPITAL, c: CAPITAL_OR_DIGIT };
const SMALL_SETS = new Map([
  [CAPITAL, SMALL],
  [CAPITAL_OR_DIGIT, SMALL_OR_DIGIT],
]);

/** For each country the set of each character of its account. */
const accountsOf = (registry: readonly string[]) =>
  new Map(
    registry.map((entry) => {
      const [country = '', form = ''] = entry.split(':');
      const sets = [...form.matchAll(/([nac])(\d+)/g)].flatMap(([, kind = '', count]) =>
        Array.from({ length: Number(count) }, () => SETS[kind] ?? DIGIT),
      );
      return [country, sets] as const;
    }),
  );

/** What may stand between groups of four: one of them throughout. */
export const IBAN_SEPARATORS: readonly string[] = [
  ' ',
  '-',
  '\u{a0}',
  '\u{202f}',
  '\u{2009}',
  '\u{2011}',
  '\u{2013}',
  '+',
  '%20',
  '&nbsp;',
];

/** Check digits that the calculation never gives, though they may leave 1. */
const NEVER_GIVEN = /^..(?:00|01|99)/;

/** ISO 7064, mod 97-10: the account, then the country and its check digits, letters as 10 to 35, leave 1. */
const isChecked = (iban: string): boolean => {
  if (NEVER_GIVEN.test(iban)) return false;
  let rest = 0;
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const value = parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
};

/** The separator at a place; '' for none of them, or `MORE`. */
const separatorAt = (text: Reader, at: number, separators: readonly string[]): string | typeof MORE => {
  const ends = separators.map((one) => literal(text, at, one));
  return separators.find((_, i) => (ends[i] ?? NO) >= 0) ?? (ends.includes(MORE) ? MORE : '');
};

/** International bank account numbers, whole or in groups of four, in capitals or small, by their country's form and check digits. */
export const createIban = (registry = REGISTRY, separators = IBAN_SEPARATORS): Detector => {
  const accounts = accountsOf(registry);
  const initials = [...accounts.keys()].map((country) => country.charAt(0)).join('');
  return {
    label: 'IBAN',
    starts: charSet(initials + initials.toLowerCase()),
    find(text, at) {
      if (isOpen(text, at + 1)) return MORE;
      const country = text.slice(at, at + 2);
      const account = accounts.get(country.toUpperCase());
      const isSmall = country === country.toLowerCase();
      if (account === undefined || !(isSmall || country === country.toUpperCase())) return NO;
      let [iban, from] = [country, at + 2];
      let separator: string | null = null;
      for (const set of [DIGIT, DIGIT, ...account]) {
        if (iban.length % 4 === 0 && separator !== '') {
          const next = separatorAt(text, from, separator === null ? separators : [separator]);
          if (next === MORE) return MORE;
          if (separator !== null && next !== separator) return NO;
          separator = next;
          from += next.length;
        }
        const chosen = isSmall ? (SMALL_SETS.get(set) ?? set) : set;
        if (!has(chosen, text.code(from))) return missing(text, from);
        iban += text.slice(from, from + 1);
        from += 1;
      }
      if (isOpen(text, from)) return MORE;
      return has(ALPHANUMERIC, text.code(from)) || !isChecked(iban) ? NO : from;
    },
  };
};

export const iban = createIban();
