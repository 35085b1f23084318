import process from 'node:process';
import { createPaint } from '../../lib/telemetry/terminal/paint.ts';
import { prepareServer } from '../dev/server-process.ts';
import { supervise } from '../dev/supervise.ts';
import { jsonLine, terminalLine } from '../dev/supervisor-line.ts';
import { watchProject } from '../dev/watch-project.ts';
import { systemClock } from '../system-clock.ts';
import { watchParent } from '../watch-parent.ts';
import { readWords } from './read-words.ts';
import { Misused, type Verb } from './verb.ts';

const USAGE = `Starts the server as npm start does, and again whenever agents/, functions/, lib/, local/, .env or serverless.yml change.

  npx ballast dev

It keeps its data and its port. A mistake is shown with its file and line; the next change starts it again.
`;

/** `npm run dev`: the server, started anew when its code changes. */
export const dev: Verb = {
  usage: USAGE,
  run(words, shell) {
    const { values, positionals } = readWords(words, {});
    if (positionals.length > 0) throw new Misused(`It takes no ${positionals.join(' ')}.`);
    if (values.help) {
      shell.out(USAGE);
      return Promise.resolve(0);
    }
    const paint = createPaint(shell.colours);
    return new Promise((resolve) => {
      const supervisor = supervise({
        prepare: prepareServer,
        clock: systemClock,
        say: (line) => shell.out(shell.isTerminal ? terminalLine(line, paint) : jsonLine(line)),
        end(code) {
          watching[Symbol.dispose]();
          resolve(code);
        },
      });
      const { directory } = shell;
      const watching = watchProject({
        directory,
        clock: systemClock,
        onChange: (changes) => supervisor.onChange(changes),
      });
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
        process.on(signal, () => supervisor.onSignal(signal));
      if (process.env['npm_lifecycle_event'] !== undefined)
        watchParent(process, (byShell) => supervisor.onSignal(byShell ? 'SIGTERM' : 'SIGHUP'));
    });
  },
};
