import { expect, it } from 'vitest';
import { commandNamed, COMMANDS } from '../../local/cli/commands.ts';
import { PROGRAMS } from '../../local/cli/programs.ts';
import { Misused, Refused } from '../../local/cli/verb.ts';
import { StartRefused } from '../../local/start-refused.ts';
import { createShell } from '../local/cli/shell.ts';
import { blocksOf, codes, type Document, documents, read } from './markdown.ts';

/** Commands that would begin something here, whatever they are given. */
const NOT_CALLED: ReadonlySet<string> = new Set([
  ...Object.keys(PROGRAMS),
  'dev',
  'new',
  'doctor',
  'smoke',
  'versions',
]);

/** A line as a shell takes it apart, up to a pipe, a redirection or the next command. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(<[a-z -]+>)|(\S+)/g)].map(
    ([, double, single, placeholder, word]) => double ?? single ?? placeholder?.slice(1, -1) ?? word ?? '',
  );

const CALL = /npx ballast ([^|;&#()\n]*?)(?=\s*[|;&#()\n]|\s[<>] |\s*$)/g;

/** Every `npx ballast …` of a page: in its blocks and in back-quotes. */
const callsIn = (document: Document): string[][] => {
  const shells = blocksOf(document).filter(({ language }) => language === 'sh');
  const inline = codes(document.text.replaceAll(/^```[\s\S]*?^```$/gm, ''));
  return [...shells.map(({ text }) => text.replaceAll('\\\n', ' ')), ...inline].flatMap((text) =>
    [...text.matchAll(CALL)].map(([, line = '']) => wordsOf(line)),
  );
};

/** Why the command line would not take these words; `null`: it would. Nothing is asked, started or written. */
const faultOf = async ([name = '', ...words]: readonly string[]): Promise<string | null> => {
  if (name === '' || name.startsWith('-') || name === 'help') return null;
  const command = commandNamed(name);
  if (command === null) return `There is no command ${name}.`;
  if (NOT_CALLED.has(name)) return null;
  const { shell } = createShell({ command: async () => ({ code: 1, stdout: '', stderr: 'refused' }) });
  // What it is told without a stage it would do here.
  const given =
    name === 'alarms' && words[0] === 'send' && !words.includes('--stage') ? [...words, '--stage', 'x'] : words;
  try {
    await (await command.load()).run(given, shell);
    return null;
  } catch (error) {
    if (!(error instanceof Refused || error instanceof StartRefused)) return `${name} threw ${String(error)}`;
    // A name without its words, as in a sentence about it.
    return error instanceof Misused && !/^It needs the|^There is no question|^An id is/.test(error.message)
      ? `${[name, ...words].join(' ')}: ${error.message}`
      : null;
  }
};

const PAGES = documents().filter(({ path }) => path !== 'docs/cli.md' && path !== 'CHANGELOG.md');

it.each(PAGES)('each command line of $path is one that npx ballast takes', async (document) => {
  const faults = await Promise.all(callsIn(document).map(faultOf));
  expect(faults.filter((fault) => fault !== null)).toEqual([]);
});

it.each([
  ['a command', 'npx ballast look', 'There is no command look.'],
  ['a part', 'npx ballast runs pause run_1', 'It does not know pause.'],
  ['an option', 'npx ballast runs --state failed', "Unknown option '--state'"],
  ['an option of another part', 'npx ballast runs show run_1 --status failed', 'show takes no --status.'],
  ['a word too many', 'npx ballast tail run_1 run_2', 'It takes no run_2.'],
])('%s that is not there is found', async (_what, line, fault) => {
  const [words = []] = callsIn({ path: 'docs/x.md', text: `See \`${line}\`.` });
  expect(await faultOf(words)).toContain(fault);
});

it('most commands are held so', () => {
  const all = Object.values(COMMANDS).flatMap((group) => Object.keys(group));
  expect(all.filter((name) => !NOT_CALLED.has(name)).length).toBeGreaterThan(10);
  expect(PAGES.flatMap(callsIn).length).toBeGreaterThan(60);
});

it('each script of npm that a document names is there', () => {
  const { scripts } = JSON.parse(read('package.json').text) as { readonly scripts: Readonly<Record<string, string>> };
  const named = PAGES.flatMap(({ path, text }) =>
    [...text.matchAll(/\bnpm run ([a-z][a-z:-]*)/g)].map(([, name = '']) => ({ path, name })),
  );
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter(({ name }) => !Object.hasOwn(scripts, name))).toEqual([]);
});
