import { expect, it } from 'vitest';
import { chosenAgent, hasDefault } from '../../pages/console/try/chosen-agent.ts';

const named = (...names: string[]) => names.map((name) => ({ name }));

it.each([
  ['the default one, which a request need not name', named('clerk', 'assistant'), '', '', true],
  ['the first, where there is no default one', named('support', 'mood'), '', 'support', false],
  ['whom a person has chosen', named('support', 'mood'), 'mood', 'mood', false],
  ['the default one, before they are known', [], '', '', true],
])('the console asks %s', (_title, agents, chosen, asked, isThere) => {
  expect([chosenAgent(agents, chosen), hasDefault(agents)]).toEqual([asked, isThere]);
});
