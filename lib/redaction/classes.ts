/** What a tenant or an agent may choose to have redacted. */
export const REDACTION_CLASSES = ['keys', 'cards', 'ssn', 'iban', 'email', 'phone'] as const;
export type RedactionClass = (typeof REDACTION_CLASSES)[number];

/** Where nobody chooses: what is dangerous in wrong hands, and not what people write to each other. */
export const DEFAULT_CLASSES: readonly RedactionClass[] = ['keys', 'cards', 'ssn', 'iban'];

/** What a secret is called in its place, as `[REDACTED_CARD]`. */
export type RedactionLabel = 'API_KEY' | 'TOKEN' | 'PRIVATE_KEY' | 'CARD' | 'SSN' | 'IBAN' | 'EMAIL' | 'PHONE';

/** With its number from the second on, where each has to be another text. */
export const labelText = (label: RedactionLabel, number = 1): string =>
  `[REDACTED_${label}${number > 1 ? `_${number}` : ''}]`;

const CLASSES: Readonly<Record<RedactionLabel, RedactionClass>> = {
  API_KEY: 'keys',
  TOKEN: 'keys',
  PRIVATE_KEY: 'keys',
  CARD: 'cards',
  SSN: 'ssn',
  IBAN: 'iban',
  EMAIL: 'email',
  PHONE: 'phone',
};

export const classOf = (label: RedactionLabel): RedactionClass => CLASSES[label];

const LABELS = new RegExp(`\\[REDACTED_(?:${Object.keys(CLASSES).join('|')})(?:_\\d+)?\\]`, 'g');

/** The labels that stand in a text in place of secrets, as `labelText` writes them. */
export const labelsIn = (text: string): ReadonlySet<string> => new Set(text.match(LABELS));
