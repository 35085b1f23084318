import type { AgentView } from '../../api/types.ts';
import { Command } from '../../ui/command.ts';
import { html } from '../../ui/html.ts';
import { milliseconds } from '../../ui/milliseconds.ts';
import { Copy, Id, Table, Usd } from '../../ui/parts.ts';
import { linkTo } from '../router.ts';
import { testCommand } from './test-command.ts';
import { KINDS, Schema, ToolPanel } from './tool-panel.ts';

const Rules = ({ rules }: { rules: AgentView['rules'] }) =>
  html`<p class="small soft">Once a run has read ${rules
    .map(
      ({ reads, does, tools }) =>
        `${reads.join(' and ')} content, a person has to agree to ${tools.join(', ')} (${KINDS[does]})`,
    )
    .join('; once it has read ')}, or the call is refused.</p>`;

const Limits = ({ agent }: { agent: AgentView }) => {
  const { maxModelCalls, maxOutputTokens, maxToolOutputChars, maxCostUsd, timeoutMs, retries } = agent;
  return html`<dl class="short" aria-label="Limits">
    <div><dt>Model calls of a run</dt><dd>${maxModelCalls}</dd></div>
    <div><dt>Time of a run</dt><dd>${timeoutMs === null ? 'as the stage' : milliseconds(timeoutMs)}</dd></div>
    <div><dt>Cost of a run</dt><dd><${Usd} value=${maxCostUsd} none="the budgets alone" /></dd></div>
    <div><dt>Output tokens of a call</dt><dd>${maxOutputTokens}</dd></div>
    <div><dt>Retries of a call</dt><dd>${retries ?? 'as the stage'}</dd></div>
    <div><dt title="the rest of a longer one is cut, and the model told">Result of a tool</dt><dd>${maxToolOutputChars} characters</dd></div>
  </dl>`;
};

const Prompt = ({ name, system }: { name: string; system: string }) =>
  html`<details class="tool">
    <summary>Prompt <span class="soft small">${system.length} characters</span></summary>
    <div class="within">
      <pre tabindex="0" class="wrap" aria-label=${`The prompt of ${name}`}>${system}</pre>
      <div><${Copy} text=${system} label="Copy the prompt" /></div>
    </div>
  </details>`;

const Refused = ({ patterns }: { patterns: readonly [string, string][] }) =>
  html`<${Table} label="Input that it does not take" head=${['Refused input', 'Pattern']}>
    ${patterns.map(([name, pattern]) => html`<tr key=${name}><td>${name}</td><td><code>${pattern}</code></td></tr>`)}
  <//>`;

const Tests = ({ agent }: { agent: AgentView }) => {
  const command = testCommand(agent);
  return html`<${Command} text=${command} label=${`The tests of ${agent.name}`} />`;
};

/** An agent with all that the key may know of it. */
export const AgentPanel = ({ agent }: { agent: AgentView }) => {
  const { name, version, description, models, fallbackModels, pattern, tools, inputReads, rules, output, system } =
    agent;
  const patterns = Object.entries(agent.denyInput ?? {});
  return html`<section class="panel" aria-label=${name}>
    <div class="row spread"><h2><${Id} id=${name} href=${linkTo('agents', name)} /></h2><span class="soft small">version ${version}</span></div>
    <p>${description}</p>
    <dl>
      ${Object.entries(models).map(([complexity, model]) => html`<div key=${complexity}><dt>${complexity}</dt><dd>${model}</dd></div>`)}
      ${fallbackModels.length > 0 && html`<div><dt>falls back to</dt><dd>${fallbackModels.join(', ')}</dd></div>`}
      <div><dt>pattern</dt><dd>${pattern}</dd></div>
    </dl>
    <h3>Limits</h3>
    <${Limits} agent=${agent} />
    ${system !== undefined && html`<${Prompt} name=${name} system=${system} />`}
    <h3>${tools.length === 0 ? 'No tools' : 'Tools'}</h3>
    ${tools.map((tool) => html`<${ToolPanel} key=${tool.name} tool=${tool} />`)}
    ${inputReads.length > 0 && html`<p class="small soft">What is written for it counts as ${inputReads.join(' and ')} content.</p>`}
    ${rules.length > 0 && html`<${Rules} rules=${rules} />`}
    ${output !== undefined && html`<details class="tool"><summary>Answers by a schema</summary><${Schema} label="The schema of its answer" schema=${output} /></details>`}
    ${patterns.length > 0 && html`<${Refused} patterns=${patterns} />`}
    <h3>Tests</h3>
    <${Tests} agent=${agent} />
  </section>`;
};
