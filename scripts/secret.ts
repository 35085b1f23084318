import { join } from 'node:path';
import { nameError } from '../lib/telemetry/describe-error.ts';
import { StartRefused } from '../local/start-refused.ts';
import { Misused } from './read-options.ts';
import { secretKinds } from './secret/kinds.ts';
import { readCommand } from './secret/read-command.ts';
import { runCommand } from './secret/run-command.ts';
import { WrongForm } from './secret/secret-kind.ts';
import { NoSuchSecret, openLocalSecrets, openStageSecrets } from './secret/stores.ts';
import { secretsOfTools } from './secret/tool-secrets.ts';

const run = async (): Promise<void> => {
  const directory = process.cwd();
  const kinds = secretKinds(await secretsOfTools(directory));
  const command = readCommand(process.argv.slice(2), kinds);
  const { stage, region } = command;
  const store = stage === null ? openLocalSecrets(join(directory, '.env')) : await openStageSecrets(stage, region);
  const source = { input: process.stdin, ask: (question: string) => void process.stderr.write(question) };
  try {
    console.log(await runCommand(command, { kinds, store, source }));
  } finally {
    store.close();
  }
};

const sentenceOf = (error: unknown): string => {
  if (error instanceof Misused || error instanceof WrongForm || error instanceof StartRefused) return error.message;
  if (error instanceof NoSuchSecret)
    return `There is no secret ${error.message}: deploy the stage first, with what needs it, and see that region and account are its own.`;
  return `The secrets cannot be reached (${nameError(error)}): see that credentials and region are those of the stage's account.`;
};

run().catch((error: unknown) => {
  console.error(sentenceOf(error));
  process.exitCode = error instanceof Misused ? 2 : 1;
});
