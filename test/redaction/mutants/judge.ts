import { DEFAULT_CLASSES, REDACTION_CLASSES, type RedactionClass } from '../../../lib/redaction/classes.ts';
import { BORDER, KNOWN_TEXTS } from './known-texts.ts';
import { load, type Loaded } from './load.ts';

/** Where a mutant shows: in a whole text, or only in what is let go, and when, of one that comes character by character. */
export type Sign = 'whole' | 'stream';

type Redact = (loaded: Loaded, text: string, classes: readonly RedactionClass[]) => string;

const WAYS: Readonly<Record<Sign, Redact>> = {
  whole: (loaded, text, classes) =>
    text.includes(BORDER)
      ? loaded.redactJoined(text.split(BORDER), classes).join(BORDER)
      : loaded.redact(text, classes),
  stream: (loaded, text, classes) => {
    const redactor = loaded.createRedactor(classes);
    const push = (char: string) => (char === BORDER ? redactor.border() : redactor.push(char));
    return [...text.split('').map(push), redactor.end()].join('\0');
  },
};

const begun =
  (way: Redact): Redact =>
  (loaded, text, classes) => {
    loaded.begin();
    try {
      return way(loaded, text, classes);
    } catch (error) {
      return String(error);
    }
  };

const KEY_FILES = ['jwt', 'key-lines', 'private-key'];

/** The classes whose detectors are in a file; elsewhere all. */
const CLASSES_OF: Readonly<Record<string, readonly RedactionClass[]>> = {
  'card-schemes': ['cards'],
  card: ['cards'],
  email: ['email'],
  iban: ['iban'],
  'number-bounds': ['cards', 'ssn', 'phone'],
  phone: ['phone'],
  ssn: ['ssn'],
  ...Object.fromEntries([...KEY_FILES, 'random-looking', 'url-password'].map((name) => [name, ['keys']])),
};

/** The folders with the detectors of keys of a form, and of those behind a name. */
const OF_KEYS = ['detectors/issued/', 'detectors/named/'];

export const classesOf = (file: string): readonly RedactionClass[] =>
  OF_KEYS.some((folder) => file.startsWith(folder))
    ? ['keys']
    : (CLASSES_OF[file.replaceAll(/^detectors\/|\.ts$/g, '')] ?? REDACTION_CLASSES);

const OTHER_CLASSES = REDACTION_CLASSES.filter((name) => !DEFAULT_CLASSES.includes(name));

/** What the redaction as it is makes of each text, by way and classes. */
const known = new Map<string, string>();
const original = load();
const expected = (sign: Sign, text: string, classes: readonly RedactionClass[]): string => {
  const key = `${sign} ${classes.join()} ${text}`;
  const before = known.get(key) ?? begun(WAYS[sign])(original, text, classes);
  known.set(key, before);
  return before;
};

/**
 * Judges mutants of a file one after the other, by the classes of the file, each alone: one would hide what another holds back. What
 * gave one away is tried first on the next.
 */
export const createJudge = (file: string) => {
  const classes = classesOf(file);
  const choices = classes === REDACTION_CLASSES ? [DEFAULT_CLASSES, OTHER_CLASSES] : classes.map((name) => [name]);
  const asked = choices.flatMap((chosen) => KNOWN_TEXTS.map((text) => ({ text, chosen })));
  const shows = (loaded: Loaded, sign: Sign): boolean => {
    const way = begun(WAYS[sign]);
    const at = asked.findIndex(({ text, chosen }) => way(loaded, text, chosen) !== expected(sign, text, chosen));
    if (at >= 0) asked.unshift(...asked.splice(at, 1));
    return at >= 0;
  };
  /** How a mutant is seen; null: by nothing. Undefined: it is no module. */
  return (source: string): Sign | null | undefined => {
    let loaded: Loaded;
    try {
      loaded = load(file, source);
    } catch (error) {
      return error instanceof SyntaxError ? undefined : 'whole';
    }
    if (shows(loaded, 'whole')) return 'whole';
    return shows(loaded, 'stream') ? 'stream' : null;
  };
};
