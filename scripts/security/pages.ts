import {
  type Checklist,
  type Line,
  linesOf,
  type NamedTests,
  type SecurityData,
  testsOf,
  type Threat,
} from './checklists.ts';

const VERDICTS = ['yes', 'partly', 'no'] as const;

const cell = (text: string): string => text.trim().replaceAll('|', '\\|').replace(/\s+/g, ' ');
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n');

/** Each file once, in the order of the names. */
const filesOf = (names: readonly string[], tests: NamedTests): string =>
  [...new Set(names.map((name) => tests[name]?.file ?? name))].map((file) => `\`${file}\``).join(', ');

const reasonOf = (line: Line): string => {
  if (line.verdict === 'no') return line.why;
  return line.verdict === 'yes' ? line.says : `${line.says} **Missing:** ${line.lacks}`;
};

const counts = (list: Checklist): string =>
  VERDICTS.map((verdict) => `${linesOf(list).filter((line) => line.verdict === verdict).length} ${verdict}`).join(', ');

const section = (list: Checklist, tests: NamedTests): string => {
  const groups = list.groups.map(({ id, name, lines }) => {
    const rows = lines.map((line) => [line.id, line.asks, line.verdict, reasonOf(line), filesOf(testsOf(line), tests)]);
    return `### ${id}: ${name}\n\n${table(['line', 'asks for', 'verdict', 'what holds', 'shown by'], rows)}`;
  });
  const source = `Source: <${list.url}>, ${list.edition}. ${linesOf(list).length} lines: ${counts(list)}.`;
  return [`## ${list.name}`, source, list.about.trim(), ...groups].join('\n\n');
};

const ABOUT = `Two lists of what a system of agents should do, line by line: \`yes\` where a test shows it, \`partly\` with what is missing, \`no\` with the reason. A yes says that the test named beside it can fail, and would if the code did not do so any more; it does not say that nothing else can go wrong. [SECURITY.md](../SECURITY.md) has the threat model, [Security](security.md) how to use what is there.

This page is made from \`docs/security/\` by \`npm run security-pages\`; do not edit it.`;

/** `docs/security-checklists.md`. */
export const checklistsPage = ({ checklists, tests }: SecurityData): string => {
  const used = new Set(checklists.flatMap((list) => linesOf(list).flatMap(testsOf)));
  const titles = Object.entries(tests)
    .filter(([name]) => used.has(name))
    .map(([, { file, title }]) => [`\`${file}\``, title])
    .toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1));
  const parts = [
    '# Security checklists',
    ABOUT,
    ...checklists.map((list) => section(list, tests)),
    '## The tests',
    'The titles that the lines stand on, in the files named above; `%s` stands for the cases of a table.',
    table(['file', 'title'], titles),
  ];
  return `${parts.join('\n\n')}\n`;
};

const BEGIN = '<!-- threats: made by npm run security-pages -->';
const END = '<!-- /threats -->';

const threat = ({ who, wants, stops, open }: Threat, tests: NamedTests): string => {
  const rows = stops.map((stop) => [stop.says, filesOf(stop.tests, tests)]);
  return `### ${who}\n\nWants ${wants}.\n\n${table(['stopped by', 'shown by'], rows)}\n\n**Open:** ${open}`;
};

/** `SECURITY.md` with its threats made anew; the words around them stay. Throws where it has no place for them. */
export const withThreats = (page: string, { threats, tests }: SecurityData): string => {
  const [before, rest = ''] = page.split(BEGIN);
  const [, after] = rest.split(END);
  if (before === undefined || after === undefined) throw new Error(`SECURITY.md has no ${BEGIN} and ${END}.`);
  const made = threats.map((each) => threat(each, tests)).join('\n\n');
  return `${before}${BEGIN}\n\n${made}\n\n${END}${after}`;
};
