/** `npm start` for a stage of its own: serves the functions of a directory, and prints its port. */
import { launch } from '../../../local/launch.ts';
import { readSettings } from '../../../local/settings.ts';

const [root = '', directory = ''] = process.argv.slice(2);

const setEnvironment = (changes: Readonly<Record<string, string | undefined>>) => {
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
};

const settings = readSettings(process.env, directory);
const running = await launch({ settings, env: process.env, setEnvironment, terminal: false, version: '1', root });
process.once('SIGTERM', () => void running.close(10_000).then(() => process.exit(0)));
process.stdout.write(`port ${running.port}\n`);
running.begin();
