import type { Paint } from '../../lib/telemetry/terminal/paint.ts';
import { commandNames, COMMANDS } from './commands.ts';

/** What all commands do, in a list. */
export const overview = ({ bold }: Pick<Paint, 'bold'>): string => {
  const width = Math.max(...commandNames().map((name) => name.length));
  const groups = Object.entries(COMMANDS).map(([title, group]) =>
    [bold(title), ...Object.entries(group).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)].join(
      '\n',
    ),
  );
  return `npx ballast <command>

${groups.join('\n\n')}

npx ballast <command> --help has its options and examples; docs/cli.md has them all.
`;
};
