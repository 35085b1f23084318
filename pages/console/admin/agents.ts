import type { AgentView, ToolView } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { Empty, Refused } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { useSession } from '../context.ts';

/** What a run knows once it has called a tool, and what a call may do. */
const KINDS: Readonly<Record<ToolView['reads'][number] | ToolView['does'][number], string>> = {
  untrusted: 'reads what others wrote',
  private: 'reads what is not for everybody',
  external: 'sends to others',
  state: 'changes something',
};

const Schema = ({ label, schema }: { label: string; schema: object }) =>
  html`<pre tabindex="0" aria-label=${label}>${JSON.stringify(schema, null, 2)}</pre>`;

const Tool = ({ tool: { name, description, input, reads, does, sideEffects, requiresApproval } }: { tool: ToolView }) =>
  html`<details class="tool">
    <summary>
      <code>${name}</code>
      ${requiresApproval && html`<span class="pill warn">a person approves</span>`}
      ${reads.map((kind) => html`<span key=${kind} class="pill">${KINDS[kind]}</span>`)}
      ${does.map((kind) => html`<span key=${kind} class="pill warn">${KINDS[kind]}</span>`)}
      ${sideEffects && does.length === 0 && html`<span class="pill warn">side effects</span>`}
      <span class="soft small">${description}</span>
    </summary>
    <${Schema} label=${`The input of ${name}`} schema=${input} />
  </details>`;

const Rules = ({ rules }: { rules: AgentView['rules'] }) =>
  html`<p class="small soft">Once a run has read ${' '}${rules
    .map(
      ({ reads, does, tools }) =>
        `${reads.join(' and ')} content, a person has to agree to ${tools.join(', ')} (${KINDS[does]})`,
    )
    .join('; once it has read ')}, or the call is refused.</p>`;

const Agent = ({ agent }: { agent: AgentView }) =>
  html`<section class="panel" aria-label=${agent.name}>
    <div class="row spread"><h2>${agent.name}</h2><span class="soft small">version ${agent.version}</span></div>
    <p>${agent.description}</p>
    <dl>
      ${Object.entries(agent.models).map(([complexity, model]) => html`<div key=${complexity}><dt>${complexity}</dt><dd>${model}</dd></div>`)}
      ${agent.fallbackModels.length > 0 && html`<div><dt>falls back to</dt><dd>${agent.fallbackModels.join(', ')}</dd></div>`}
      <div><dt>pattern</dt><dd>${agent.pattern}</dd></div>
      <div><dt>model calls at most</dt><dd>${agent.maxModelCalls}</dd></div>
      <div><dt>tools</dt><dd>${agent.tools.length === 0 ? 'none' : agent.tools.length}</dd></div>
    </dl>
    ${agent.tools.map((tool) => html`<${Tool} key=${tool.name} tool=${tool} />`)}
    ${agent.rules.length > 0 && html`<${Rules} rules=${agent.rules} />`}
    ${agent.output !== undefined && html`<details class="tool"><summary>Answers by a schema</summary><${Schema} label="The schema of its answer" schema=${agent.output} /></details>`}
  </section>`;

/** The agents of the stage with their models and limits, and what their tools read and do. */
export const Agents = () => {
  const { client } = useSession();
  const { data, error } = useLoad((signal) => client.json<{ agents: AgentView[] }>('/agents', { signal }), []);
  return html`<h1>Agents</h1>
    <${Refused} error=${error} />
    <p class="soft small">They are files in <code>agents/</code>, with their prompts and the endpoints of their tools; a deployment changes them, and <code>npm run test:agents</code> tests them.</p>
    ${data?.agents.length === 0 && html`<${Empty} command="npm run new -- agent order-desk">There is no agent yet.<//>`}
    ${data?.agents.map((agent) => html`<${Agent} key=${agent.name} agent=${agent} />`)}`;
};
