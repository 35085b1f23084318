/**
 * Text that is fit to leave the process: logs, traces, alerts and errors accept nothing else.
 * It is made in three ways only: by a template written in the source (`safe`), from an identifier of a closed alphabet (`label`),
 * or from the name that an operator gave to a thing (`displayed`). There is none from free text; an architecture test holds casts off.
 */
declare const brand: unique symbol;
export type Redacted = string & { readonly [brand]: 'redacted' };

/** What may stand in a template or a log field beside redacted text: values that cannot carry a prompt or a key. */
export type Harmless = Redacted | number | bigint | boolean | null;

/** Builds redacted text from a template in the source: its fixed parts are ours, its values must be harmless. */
export const safe = (parts: TemplateStringsArray, ...values: readonly Harmless[]): Redacted =>
  String.raw({ raw: parts }, ...values) as Redacted;

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$/;
/** Beginnings of keys, then tokens: their usual header, wherever it begins, and any three parts with a signature. */
const LOOKS_SECRET =
  /sk-ant-|^bk_|(?:^|[:/@.])(?:A[KS]IA[A-Z0-9]{12}|AIza|gh[oprsu]_|github_pat_|glpat-|sk-(?:proj-)?\w{20}|[rs]k_(?:live|test)_|xox[a-z]-)|(?:^|[^A-Za-z0-9])eyJ|\.[\w-]*\.[\w-]{43,}$/;

/**
 * An identifier as redacted text: names of agents, models, tools, ids.
 * Anything that is not a plain identifier of at most 128 characters, or looks like a credential, becomes `(withheld)`.
 */
export const label = (value: string): Redacted =>
  (IDENTIFIER.test(value) && !LOOKS_SECRET.test(value) ? value : '(withheld)') as Redacted;

/** Controls, line breaks, marks that turn the direction of what follows, and halves of surrogate pairs. */
const NOT_SHOWN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu;
const MAX_NAME_CHARS = 255;

/**
 * The name of a thing that an operator named, such as an alarm, in any alphabet: at most 255 characters on one line.
 * `(withheld)` where nothing is left of it, or it looks like a credential.
 */
export const displayed = (name: string): Redacted => {
  const shown = name.replaceAll(NOT_SHOWN, ' ').trim().slice(0, MAX_NAME_CHARS).toWellFormed();
  const isFit = shown !== '' && !shown.split(/\s+/).some((word) => LOOKS_SECRET.test(word));
  return (isFit ? shown : '(withheld)') as Redacted;
};
