import type { AgentView } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { Empty, Refused } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { useMay, useSession } from '../context.ts';
import { linkTo, type Place } from '../router.ts';
import { AgentPanel } from './agent-panel.ts';

const NEW = 'npm run new -- agent order-desk';

/** The agents of the stage, or one of them: prompt, models, limits, tests, and what their tools read, do and reach. */
export const Agents = ({ place: [only] }: { place: Place }) => {
  const { client } = useSession();
  const seesAll = useMay('admin');
  const { data, error } = useLoad((signal) => client.json<{ agents: AgentView[] }>('/agents', { signal }), []);
  const shown = data?.agents.filter(({ name }) => only === undefined || name === only);
  return html`<div class="row spread"><h1>Agents</h1>${only !== undefined && html`<a href=${linkTo('agents')}>All agents</a>`}</div>
    <${Refused} error=${error} />
    <p class="soft small">They are files in <code>agents/</code>, which a deployment changes. ${!seesAll && 'Prompts, and where tools reach, are shown to a key with the scope admin.'}</p>
    ${shown?.length === 0 && html`<${Empty} command=${NEW}>${only === undefined ? 'There is no agent yet.' : `There is no agent ${only} in this stage.`}<//>`}
    ${shown?.map((agent) => html`<${AgentPanel} key=${agent.name} agent=${agent} />`)}`;
};
