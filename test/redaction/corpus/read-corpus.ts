import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { LookAlike, TrueSecret } from './make-corpus.ts';

const read = (name: string): unknown => JSON.parse(readFileSync(path.join(import.meta.dirname, name), 'utf8'));

/** The corpus as its files have it. */
export const { secrets } = read('secrets.json') as { readonly secrets: readonly TrueSecret[] };
export const { lookAlikes } = read('look-alikes.json') as { readonly lookAlikes: readonly LookAlike[] };

const { cards, ibans } = read('table-numbers.json') as {
  readonly cards: readonly string[];
  readonly ibans: readonly string[];
};
/** A card of each range and length, and an account of each country, beside those of the corpus. */
export const tableNumbers: readonly string[] = [...cards, ...ibans].map((number) => number.replace('|', ''));

export const textOf = ({ before, secret, after }: TrueSecret): string => before + secret.join('') + after;
export const redactedTextOf = ({ before, label, after }: TrueSecret): string => `${before}[REDACTED_${label}]${after}`;
