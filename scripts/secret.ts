import { join } from 'node:path';
import { nameError } from '../lib/telemetry/describe-error.ts';
import { leadToAgents, ownProject } from '../local/own-project.ts';
import { StartRefused } from '../local/start-refused.ts';
import { Misused } from './read-options.ts';
import { type DeclaredSecret, secretKinds, WrongForm } from './secret/kinds.ts';
import { readCommand } from './secret/read-command.ts';
import { runCommand } from './secret/run-command.ts';
import { NoSuchSecret, openLocalSecrets, openStageSecrets } from './secret/stores.ts';

/** The secrets of the project's own tools. */
const ofTools = async (directory: string): Promise<ReadonlyMap<string, DeclaredSecret>> => {
  const own = ownProject(join(import.meta.dirname, '..'), directory);
  if (own !== null) leadToAgents(own);
  // Late: it imports the agents at once.
  const [{ agents }, { declaredSecrets }] = await Promise.all([import('#agents'), import('./declare-tool-secrets.ts')]);
  const endpoints = agents.flatMap(({ tools }) => [...tools.values()]).flatMap((tool) => Object.values(tool.endpoints));
  const inHeaders = new Set(endpoints.map(({ authorization }) => authorization?.secret));
  return new Map(
    [...declaredSecrets(agents)].map(([name, what]) => [name, { what, isInHeader: inHeaders.has(name) }] as const),
  );
};

const run = async (): Promise<void> => {
  const directory = process.cwd();
  const kinds = secretKinds(await ofTools(directory));
  const command = readCommand(process.argv.slice(2), kinds);
  const { stage, region } = command;
  const store = stage === null ? openLocalSecrets(join(directory, '.env')) : openStageSecrets(stage, region);
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
