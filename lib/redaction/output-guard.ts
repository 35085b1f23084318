import type { RedactionClass, RedactionLabel } from './classes.ts';
import type { JoinedRedactor } from './joined-redactor.ts';
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
  /** Texts that their reader may join. */
  readonly joined: (texts: readonly string[]) => readonly string[];
  /** For a text that comes in parts. */
  readonly texts: () => Redactor;
  /** For texts that come in parts, and that their reader may join. */
  readonly joinedTexts: () => JoinedRedactor;
  /** For JSON that comes in parts. */
  readonly jsons: () => Redactor;
  /** What these hold, in shadow too; whatever else was redacted is not counted. `texts` are each by itself, `joined` those that are read as one. */
  count(of: {
    readonly joined?: readonly (readonly string[])[];
    readonly texts?: readonly string[];
    readonly value?: unknown;
  }): SecretCounts;
}

const unchanged: Redactor = { push: (chunk) => chunk, border: () => '', end: () => '' };

const unread: JoinedRedactor = {
  push: (chunk) => [{ at: 0, shown: chunk }],
  mark: () => 0,
  border: () => 0,
  decided: 0,
  end: () => [],
};

/** Where nobody asks for redaction. */
const OPEN: OutputGuard = {
  isOn: false,
  name: '',
  text: (text) => text,
  json: (value) => value,
  joined: (texts) => texts,
  texts: () => unchanged,
  joinedTexts: () => unread,
  jsons: () => unchanged,
  count: () => new Map(),
};

/** The guard of a policy. The detectors are loaded with the first that needs them: most calls wait for none. */
export const openGuard = async (policy: RedactionPolicy | null): Promise<OutputGuard> => {
  if (policy === null) return OPEN;
  const [texts, { createJoinedRedactor }, { createJsonRedactor, redactJson }, { classOf }] = await Promise.all([
    import('./redactor.ts'),
    import('./joined-redactor.ts'),
    import('./json-redactor.ts'),
    import('./classes.ts'),
  ]);
  const { createRedactor, redact, redactJoined } = texts;
  const { classes, isShadow } = policy;
  const count: OutputGuard['count'] = ({ joined = [], texts: alone = [], value }) => {
    const counts = new Map<RedactionClass, number>();
    const add = (label: RedactionLabel) => {
      const name = classOf(label);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    };
    for (const each of joined) redactJoined(each, classes, add);
    for (const text of alone) redact(text, classes, add);
    if (value !== undefined) redactJson(value, classes, add);
    return counts;
  };
  if (isShadow) return { ...OPEN, count };
  return {
    isOn: true,
    name: classes.join(),
    text: (text) => redact(text, classes),
    json: (value) => redactJson(value, classes),
    joined: (each) => redactJoined(each, classes),
    texts: () => createRedactor(classes),
    joinedTexts: () => createJoinedRedactor(classes),
    jsons: () => createJsonRedactor(classes),
    count,
  };
};
