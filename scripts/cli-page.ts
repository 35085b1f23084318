import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { COMMANDS } from '../local/cli/commands.ts';

const INTRODUCTION = `# The command line

\`npx ballast <command>\`, in a clone of Ballast and in a project that depends on it. \`npx ballast --help\` lists the commands. This page is made of what they say of themselves (\`npm run cli-page\`).

- **What it asks.** Commands that look and administer send HTTP to a stage: to \`--url\`, \`BALLAST_URL\`, the address of \`--stage\`, or the local server. The key is \`--key\`, \`BALLAST_API_KEY\` or, of commands for administrators, \`BALLAST_ADMIN_KEY\`, from the environment or \`.env\`. The development keys are for the local server alone.
- **What acts on AWS** takes \`--stage\` and \`--region\`, with your own credentials, and says which stage it acts on before it does. No stage \`prod\` is a default.
- **What it prints.** The answer goes to the standard output and all else beside it. \`--json\` prints the answer as JSON. Tables fit the terminal, and are not cut in a pipe. Colours are for terminals, unless \`NO_COLOR\` is set.
- **How it ends.** 0: done. 1: it failed or was refused, in one sentence. 2: it was called wrongly; a misspelt command or option gets a hint.
- Scripts of \`package.json\` such as \`npm run ask\` are the same commands; put \`--\` before their options.

\`\`\`sh
npx ballast ask "What is 17 * 23?" --url http://localhost:3000
npx ballast runs --limit 3 --url http://localhost:3000
\`\`\`
`;

/** The page, from the help of every command. */
export const cliPage = async (): Promise<string> => {
  const groups = Object.entries(COMMANDS).map(async ([title, group]) => {
    const commands = Object.entries(group).map(async ([name, { load }]) => {
      const { usage } = await load();
      return `### ${name}\n\n\`\`\`text\n${usage.trimEnd()}\n\`\`\`\n`;
    });
    return `## ${title}\n\n${(await Promise.all(commands)).join('\n')}`;
  });
  const page = `${INTRODUCTION}\n${(await Promise.all(groups)).join('\n')}`;
  return format(page, { parser: 'markdown', printWidth: 120, singleQuote: true });
};

if (import.meta.main) writeFileSync(join(import.meta.dirname, '../docs/cli.md'), await cliPage());
