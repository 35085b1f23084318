/** A value is not what it is put as; the message says what is, and quotes nothing. */
export class WrongForm extends Error {}

/** What takes over from what it was, both being accepted meanwhile. */
export interface Rotation {
  /** How many the text holds: 1 or 2. */
  count(text: string): number;
  /** The new one with the current one of the text as its previous one. Throws `WrongForm` where they are one. */
  rotated(text: string, next: string): string;
  /** The current one of the text alone. */
  finished(text: string): string;
  /** What a new one is, where it is a part of the text only. */
  readonly part?: Pick<SecretKind, 'what' | 'check' | 'checkStrictly'>;
  /** Whether the text, put in place of another, has what that one was used for refused. Default: it always has. */
  ends?(before: string, text: string): boolean;
}

/** A secret of a stage. */
export interface SecretKind {
  /** As on the command line, and behind `ballast/<stage>/`. */
  readonly name: string;
  readonly what: string;
  /** The variables that hold it in `.env`. */
  readonly variableNames: readonly string[];
  /** With their values; `null`: none. */
  readonly variables: (text: string) => Readonly<Record<string, string | null>>;
  /** The text in `.env`; `null`: none. */
  readonly fromVariables: (env: Readonly<Record<string, string | undefined>>) => string | null;
  /** Throws an error that quotes nothing where the text has another form. */
  readonly check: (text: string) => unknown;
  /** Throws `WrongForm` for what the service would take and nobody means to put: none of these is put without `--force`. */
  readonly checkStrictly: (text: string) => void;
  readonly rotation: Rotation | null;
}

/** How `.env` holds it. */
export type Variables = Pick<SecretKind, 'variableNames' | 'variables' | 'fromVariables'>;
