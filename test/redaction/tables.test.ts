import { expect, it } from 'vitest';
import type { RedactionClass } from '../../lib/redaction/classes.ts';
import { DETECTORS } from '../../lib/redaction/detectors/by-class.ts';
import { CARD_TABLES, createCard } from '../../lib/redaction/detectors/card.ts';
import { createEmail, FILES } from '../../lib/redaction/detectors/email.ts';
import { createIban, IBAN_SEPARATORS, REGISTRY } from '../../lib/redaction/detectors/iban.ts';
import { createIssuedKey, createSlackHook, FORMS, HOOKS } from '../../lib/redaction/detectors/issued/issued-keys.ts';
import { createNamed } from '../../lib/redaction/detectors/named/named-secrets.ts';
import { NAME_TABLES } from '../../lib/redaction/detectors/named/tables.ts';
import { createNamedPhone, createPhone, PHONE_FORMS, PHONE_WORDS } from '../../lib/redaction/detectors/phone.ts';
import { createLooksRandom, PLACEHOLDERS } from '../../lib/redaction/detectors/random-looking.ts';
import { createSsn, SSN_WORDS } from '../../lib/redaction/detectors/ssn.ts';
import type { Detector } from '../../lib/redaction/reader.ts';
import { redact } from '../../lib/redaction/redactor.ts';
import { createScanner, dispatchOf } from '../../lib/redaction/scanner.ts';
import { lookAlikes, secrets, tableNumbers, textOf } from './corpus/read-corpus.ts';
import { ACCOUNT_EDGES } from './edges/accounts.ts';
import { CARD_EDGES } from './edges/cards.ts';
import { DECLARED_EDGES } from './edges/declared.ts';
import { FORM_EDGES } from './edges/forms.ts';
import { NAMED_PHONE_EDGES } from './edges/named-phones.ts';
import { PASSWORD_EDGES } from './edges/passwords.ts';
import { PHONE_EDGES } from './edges/phones.ts';

/** A detector with one entry of its tables left out, or a check of it switched off. */
interface Mutant {
  readonly title: string;
  readonly original: Detector;
  readonly make: () => Detector;
}

const redactBy = (detector: Detector, text: string): string => {
  let out = '';
  const copy = (from: number, to: number) => void (out += text.slice(from, to));
  createScanner(dispatchOf([detector]), { copy, replace: (label) => void (out += `[${label}]`) }).read(text, 0, true);
  return out;
};

const withoutEach = <T>(table: readonly T[], title: (entry: T) => string) =>
  table.map((entry, at) => ({ title: title(entry), rest: table.filter((_, other) => other !== at) }));

const original = (of: Detector) => ({ original: of });
const name = String;

const cardMutants = (): Mutant[] => {
  const card = original(createCard());
  const made = (title: string, changed: Partial<typeof CARD_TABLES>): Mutant => ({
    title: `card: ${title}`,
    ...card,
    make: () => createCard({ ...CARD_TABLES, ...changed }),
  });
  return [
    ...withoutEach(CARD_TABLES.issuers, ({ from }) => `issuer ${from}`).map(({ title, rest }) =>
      made(title, { issuers: rest }),
    ),
    ...CARD_TABLES.issuers.flatMap((issuer, at) =>
      withoutEach(issuer.lengths, (length) => `${issuer.from} of ${length}`).map(({ title, rest }) =>
        made(title, { issuers: CARD_TABLES.issuers.with(at, { ...issuer, lengths: rest }) }),
      ),
    ),
    ...(['layouts', 'separators', 'words', 'otherCards'] as const).flatMap((table) =>
      withoutEach(CARD_TABLES[table], name).map(({ title, rest }) => made(`${table} ${title}`, { [table]: rest })),
    ),
    made('any layout', { layouts: ['.*'] }),
  ];
};

const nameMutants = (): Mutant[] => {
  const named = original(createNamed());
  return (['names', 'others', 'signs', 'gaps', 'openings'] as const).flatMap((table) =>
    withoutEach(NAME_TABLES[table], name).map(({ title, rest }) => ({
      title: `named: ${table} ${title}`,
      ...named,
      make: () => createNamed({ ...NAME_TABLES, [table]: rest }),
    })),
  );
};

const of = <T>(
  kind: string,
  table: readonly T[],
  create: (rest: readonly T[]) => Detector,
  title: (entry: T) => string = name,
): Mutant[] => {
  const detector = original(create(table));
  return withoutEach(table, title).map(({ title: entry, rest }) => ({
    title: `${kind}: ${entry}`,
    ...detector,
    make: () => create(rest),
  }));
};

const NOTHING: Detector = { label: 'API_KEY', starts: new Uint8Array(128), find: () => -1 };

const MUTANTS: readonly Mutant[] = [
  ...cardMutants(),
  ...nameMutants(),
  ...FORMS.map((form) => ({ title: `key: ${form.prefix}`, ...original(createIssuedKey(form)), make: () => NOTHING })),
  ...of('hook', HOOKS, createSlackHook),
  ...of('iban', REGISTRY, (rest) => createIban(rest)),
  ...of('iban separator', IBAN_SEPARATORS, (rest) => createIban(REGISTRY, rest)),
  ...of('ssn', SSN_WORDS, createSsn),
  ...of('email', FILES, createEmail),
  ...of('phone', PHONE_FORMS, createPhone),
  ...of('phone behind a word', PHONE_WORDS, createNamedPhone),
];

const examples: readonly string[] = [
  ...[CARD_EDGES, ACCOUNT_EDGES, PHONE_EDGES, NAMED_PHONE_EDGES, PASSWORD_EDGES, DECLARED_EDGES, FORM_EDGES]
    .flat()
    .map(([text]) => text),
  ...lookAlikes.map(({ text }) => text),
  ...secrets.map(textOf),
  ...Object.values(tableNumbers).flat(),
];

it('a number of each issuer and country is found, and none beside their ranges', () => {
  const redacted = (numbers: readonly string[], name: RedactionClass) =>
    numbers.map((number) => redact(number, [name]));
  const { cards, noCards, ibans } = tableNumbers;
  expect(redacted(cards, 'cards')).toEqual(cards.map(() => '[REDACTED_CARD]'));
  expect(redacted(ibans, 'iban')).toEqual(ibans.map(() => '[REDACTED_IBAN]'));
  expect(redacted(noCards, 'cards')).toEqual(noCards);
});

it('each entry of a table of the detectors decides some example', () => {
  const verdicts = new Map<Detector, readonly (readonly [text: string, verdict: string])[]>();
  const survived = MUTANTS.filter(({ original: detector, make }) => {
    let known = verdicts.get(detector);
    if (known === undefined) {
      const all = examples.map((text) => [text, redactBy(detector, text)] as const);
      // What it finds comes first: most mutants miss some of that.
      known = [
        ...all.filter(([text, verdict]) => text !== verdict),
        ...all.filter(([text, verdict]) => text === verdict),
      ];
      verdicts.set(detector, known);
    }
    const mutant = make();
    return !known.some(([text, verdict]) => redactBy(mutant, text) !== verdict);
  });
  expect(survived.map(({ title }) => title)).toEqual([]);
});

it.each(PLACEHOLDERS)('what has %s in it is a placeholder', (placeholder) => {
  const others = createLooksRandom(PLACEHOLDERS.filter((other) => other !== placeholder));
  const values = lookAlikes.flatMap(({ text }) => text.match(/[\w*.-]{16,}/g) ?? []);
  const all = createLooksRandom();
  expect(values.filter((value) => others(value) !== all(value))).not.toEqual([]);
});

it('every detector has a table, or is one of those without', () => {
  expect(Object.values(DETECTORS).flat().length).toBe(FORMS.length + 21);
});
