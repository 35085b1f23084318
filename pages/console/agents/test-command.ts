import type { AgentView } from '../../api/types.ts';

/** Tests stand beside what they test, in files of its name, as `npm run new` writes them; of a name without a file, none is run. */
export const testCommand = ({
  name,
  tools,
}: Pick<AgentView, 'name'> & { tools: readonly { name: string }[] }): string => {
  const files = tools.map((tool) => `agents/tools/${tool.name.replaceAll('_', '-')}.test.ts`);
  return [`npx vitest run agents/${name}.test.ts`, ...files].join(' \\\n  ');
};
