import type { RedactionClass } from './classes.ts';
import type { RedactionPolicy } from './policy.ts';
import type { Redactor } from './redactor.ts';

/** How many secrets of each class were found in what was counted; none where none. */
export type SecretCounts = ReadonlyMap<RedactionClass, number>;

/** Stands where texts leave Ballast. */
export interface OutputGuard {
  /** Whether anything can be changed here: where not, texts need not be taken apart. */
  readonly isOn: boolean;
  /** Names what is replaced, for keys under which an answer is kept. */
  readonly name: string;
  readonly text: (text: string) => string;
  readonly json: <T>(value: T) => T;
  /** For a text that comes in parts. */
  readonly texts: () => Redactor;
  /** For JSON that comes in parts. */
  readonly jsons: () => Redactor;
  /** What a text and a value hold, in shadow too; whatever else was redacted is not counted. */
  count(text: string, value?: unknown): SecretCounts;
}

const unchanged: Redactor = { push: (chunk) => chunk, end: () => '' };

/** Where nobody asks for redaction. */
const OPEN: OutputGuard = {
  isOn: false,
  name: '',
  text: (text) => text,
  json: (value) => value,
  texts: () => unchanged,
  jsons: () => unchanged,
  count: () => new Map(),
};

/** The guard of a policy. The detectors are loaded with the first that needs them: most calls wait for none. */
export const openGuard = async (policy: RedactionPolicy | null): Promise<OutputGuard> => {
  if (policy === null) return OPEN;
  const [{ createRedactor, redact }, { createJsonRedactor, redactJson }, { classOf }] = await Promise.all([
    import('./redactor.ts'),
    import('./json-redactor.ts'),
    import('./classes.ts'),
  ]);
  const { classes, isShadow } = policy;
  const count: OutputGuard['count'] = (text, value) => {
    const counts = new Map<RedactionClass, number>();
    const add = (name: RedactionClass) => void counts.set(name, (counts.get(name) ?? 0) + 1);
    redact(text, classes, (label) => add(classOf(label)));
    if (value !== undefined) redactJson(value, classes, (label) => add(classOf(label)));
    return counts;
  };
  if (isShadow) return { ...OPEN, count };
  return {
    isOn: true,
    name: classes.join(),
    text: (text) => redact(text, classes),
    json: (value) => redactJson(value, classes),
    texts: () => createRedactor(classes),
    jsons: () => createJsonRedactor(classes),
    count,
  };
};
