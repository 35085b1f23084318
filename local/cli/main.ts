import { text } from 'node:stream/consumers';
import { StartRefused } from '../start-refused.ts';
import { Misused, Refused, type Shell } from './verb.ts';
import { isVerb, VERBS } from './verbs.ts';

const shell: Shell = {
  env: process.env,
  directory: process.cwd(),
  fetch: globalThis.fetch,
  out: (said) => void process.stdout.write(said),
  err: (said) => void process.stderr.write(said),
  isTerminal: process.stdout.isTTY,
  // As NO_COLOR and its like say, which Node knows.
  colours: process.stdout.isTTY && process.stdout.hasColors(),
  readInput: async () => (process.stdin.isTTY ? null : await text(process.stdin)),
};

const [name = '', ...words] = process.argv.slice(2);

const run = async (): Promise<number> => {
  if (!isVerb(name)) {
    const all = Object.keys(VERBS).map((verb) => `npm run ${verb} -- --help`);
    shell.err(`There ${name === '' ? 'are' : `is no verb ${name}; there are`}\n\n  ${all.join('\n  ')}\n`);
    return 2;
  }
  const verb = await VERBS[name]();
  try {
    return await verb.run(words, shell);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof StartRefused)) throw error;
    shell.err(`${error.message}\n${error instanceof Misused ? `\n${verb.usage}` : ''}`);
    return error instanceof Misused ? 2 : 1;
  }
};

// Whoever read what is printed may stop reading, as `head` does.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exitCode = await run();
