import type { AgentView } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { Refused } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { useSession } from '../context.ts';

const Agent = ({ agent }: { agent: AgentView }) => html`<section class="panel" aria-label=${agent.name}>
  <div class="row spread"><h2>${agent.name}</h2><span class="soft small">version ${agent.version} · ${agent.pattern} · at most ${agent.maxModelCalls} model calls</span></div>
  <p>${agent.description}</p>
  <dl>
    ${Object.entries(agent.models).map(([complexity, model]) => html`<div key=${complexity}><dt>${complexity}</dt><dd>${model}</dd></div>`)}
    ${agent.fallbackModels.length > 0 && html`<div><dt>falls back to</dt><dd>${agent.fallbackModels.join(', ')}</dd></div>`}
  </dl>
  ${agent.tools.map(
    (tool) => html`<details key=${tool.name} class="tool">
      <summary><code>${tool.name}</code>${tool.sideEffects && html`<span class="pill warn">side effects</span>`}${tool.requiresApproval && html`<span class="pill warn">needs approval</span>`}<span class="soft small">${tool.description}</span></summary>
      <pre tabindex="0">${JSON.stringify(tool.input, null, 2)}</pre>
    </details>`,
  )}
  ${agent.output !== undefined && html`<details class="tool"><summary>Answers by a schema</summary><pre tabindex="0">${JSON.stringify(agent.output, null, 2)}</pre></details>`}
</section>`;

/** The agents of the stage with their models and tools. */
export const Agents = () => {
  const { client } = useSession();
  const { data, error } = useLoad((signal) => client.json<{ agents: AgentView[] }>('/agents', { signal }), []);
  return html`<h1>Agents</h1>
    <${Refused} error=${error} />
    <p class="soft small">They are files in <code>agents/</code>; a deployment changes them.</p>
    ${data?.agents.map((agent) => html`<${Agent} key=${agent.name} agent=${agent} />`)}`;
};
