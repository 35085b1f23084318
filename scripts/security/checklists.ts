import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod/mini';

const text = z.string().check(z.minLength(3));
const tests = z.array(z.string()).check(z.minLength(1));
const line = { id: text, asks: text };

/** A line without a verdict, a yes without a test, and a no without a reason are none. */
const Line = z.discriminatedUnion('verdict', [
  z.strictObject({ ...line, verdict: z.literal('yes'), says: text, tests }),
  z.strictObject({ ...line, verdict: z.literal('partly'), says: text, tests, lacks: text }),
  z.strictObject({ ...line, verdict: z.literal('no'), why: text }),
]);
const Checklist = z.strictObject({
  name: text,
  edition: text,
  url: z.url(),
  about: text,
  groups: z.array(z.strictObject({ id: text, name: text, lines: z.array(Line).check(z.minLength(1)) })),
});
const Threats = z.array(
  z.strictObject({
    who: text,
    wants: text,
    stops: z.array(z.strictObject({ says: text, tests })).check(z.minLength(1)),
    open: text,
  }),
);
/** By the name that lines give it: a file, and words of a title in it. */
const Tests = z.record(z.string(), z.strictObject({ file: text, title: text }));

export type Line = z.infer<typeof Line>;
export type Checklist = z.infer<typeof Checklist>;
export type Threat = z.infer<typeof Threats>[number];
export type NamedTests = z.infer<typeof Tests>;

export interface SecurityData {
  readonly checklists: readonly Checklist[];
  readonly threats: readonly Threat[];
  readonly tests: NamedTests;
}

/** Of the shape that the files of `docs/security` have, with `read` in the place of the disk. Throws on any other shape. */
export const readSecurityData = (read: (file: string) => string): SecurityData => {
  const parsed = (file: string): unknown => parse(read(`docs/security/${file}`));
  return {
    checklists: ['owasp.yml', 'aws-lens.yml'].map((file) => z.parse(Checklist, parsed(file))),
    threats: z.parse(Threats, parsed('threats.yml')),
    tests: z.parse(Tests, parsed('tests.yml')),
  };
};

export const linesOf = ({ groups }: Checklist): Line[] => groups.flatMap(({ lines }) => lines);
export const testsOf = (of: Line): readonly string[] => ('tests' in of ? of.tests : []);

const twice = (names: readonly string[]): string[] => names.filter((name, at) => names.indexOf(name) !== at);

/** What is wrong with the data, each in a sentence: a test that is not there, that nobody names, or a line that is there twice. */
export const flawsOf = ({ checklists, threats, tests: known }: SecurityData, root: string): string[] => {
  const lines = checklists.flatMap(linesOf);
  const named = [...lines.flatMap(testsOf), ...threats.flatMap(({ stops }) => stops.flatMap((stop) => stop.tests))];
  const flawOf = ([name, { file, title }]: [string, NamedTests[string]]): string[] => {
    if (!existsSync(path.join(root, file))) return [`${name}: there is no ${file}.`];
    const source = readFileSync(path.join(root, file), 'utf8');
    return source.includes(title) ? [] : [`${name}: ${file} has no test "${title}".`];
  };
  return [
    ...Object.entries(known).flatMap(flawOf),
    ...[...new Set(named)].filter((name) => !(name in known)).map((name) => `There is no test ${name} in tests.yml.`),
    ...Object.keys(known)
      .filter((name) => !named.includes(name))
      .map((name) => `No line names the test ${name}.`),
    ...twice(lines.map(({ id }) => id)).map((id) => `${id} is there twice.`),
  ];
};
