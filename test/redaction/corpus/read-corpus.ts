import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { LookAlike, TrueSecret } from './make-corpus.ts';

const read = (name: string): unknown => JSON.parse(readFileSync(path.join(import.meta.dirname, name), 'utf8'));

type Sources = Readonly<Record<string, string>>;

/** The corpus as its files have it. */
const [ofSecrets, ofLookAlikes] = [
  read('secrets.json') as { readonly sources: Sources; readonly secrets: readonly TrueSecret[] },
  read('look-alikes.json') as { readonly sources: Sources; readonly lookAlikes: readonly LookAlike[] },
];
export const { secrets } = ofSecrets;
export const { lookAlikes } = ofLookAlikes;
/** Who documents each kind. */
export const sources = { secrets: ofSecrets.sources, lookAlikes: ofLookAlikes.sources };

const { cards, noCards, ibans } = read('table-numbers.json') as {
  readonly cards: readonly string[];
  readonly noCards: readonly string[];
  readonly ibans: readonly string[];
};
const joined = (numbers: readonly string[]): readonly string[] => numbers.map((number) => number.replace('|', ''));
/** A card of each range and length, one of the prefixes beside that are of no issuer, and an account of each country. */
export const tableNumbers = { cards: joined(cards), noCards: joined(noCards), ibans: joined(ibans) };

export const textOf = ({ before, secret, after }: TrueSecret): string => before + secret.join('') + after;
export const redactedTextOf = ({ before, label, after }: TrueSecret): string => `${before}[REDACTED_${label}]${after}`;
