import type { ToolView } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { milliseconds } from '../../ui/milliseconds.ts';
import { Id, Table } from '../../ui/parts.ts';

/** What a run knows once it has called a tool, and what a call may do. */
export const KINDS: Readonly<Record<ToolView['reads'][number] | ToolView['does'][number], string>> = {
  untrusted: 'reads what others wrote',
  private: 'reads what is not for everybody',
  external: 'sends to others',
  state: 'changes something',
};

const said = (kinds: readonly (keyof typeof KINDS)[]): string =>
  kinds.map((kind) => KINDS[kind]).join(', ') || 'nothing declared';

export const Schema = ({ label, schema }: { label: string; schema: object }) =>
  html`<pre tabindex="0" aria-label=${label}>${JSON.stringify(schema, null, 2)}</pre>`;

type Endpoints = NonNullable<ToolView['endpoints']>;

const Endpoints = ({ tool, endpoints }: { tool: string; endpoints: Endpoints }) =>
  endpoints.length === 0
    ? html`<p class="small soft">It reaches no address.</p>`
    : html`<${Table} label=${`The endpoints of ${tool}`} head=${['Endpoint', 'Reaches', 'Network', 'Secret']}>
        ${endpoints.map(
          ({ name, url, hosts, network, secret }) => html`<tr key=${name}>
            <td>${name}</td>
            <td>${url === null ? html`any page of ${hosts?.join(', ')}` : html`<${Id} id=${url} />`}</td>
            <td>${network === 'private' ? html`<span class="pill warn">private</span>` : network}</td>
            <td>${secret === null ? html`<span class="soft">none</span>` : html`<${Id} id=${secret} />`}</td>
          </tr>`,
        )}
      <//>`;

/** A tool in one line: what it reads and does. It unfolds into where it reaches and its input. */
export const ToolPanel = ({ tool }: { tool: ToolView }) => {
  const { name, description, input, reads, does, sideEffects, requiresApproval, timeoutMs, endpoints } = tool;
  return html`<details class="tool">
    <summary>
      <code>${name}</code>
      ${requiresApproval && html`<span class="pill warn">a person approves</span>`}
      ${reads.map((kind) => html`<span key=${kind} class="pill">${KINDS[kind]}</span>`)}
      ${does.map((kind) => html`<span key=${kind} class="pill warn">${KINDS[kind]}</span>`)}
      ${sideEffects && does.length === 0 && html`<span class="pill warn">side effects</span>`}
      <span class="soft small">${description}</span>
    </summary>
    <div class="within">
      <dl>
        <div><dt>Reads</dt><dd>${said(reads)}</dd></div>
        <div><dt>Does</dt><dd>${sideEffects && does.length === 0 ? 'side effects' : said(does)}</dd></div>
        <div><dt>Time of a call</dt><dd>at most ${milliseconds(timeoutMs)}</dd></div>
      </dl>
      ${endpoints !== undefined && html`<${Endpoints} tool=${name} endpoints=${endpoints} />`}
      <h4>Input</h4>
      <${Schema} label=${`The input of ${name}`} schema=${input} />
    </div>
  </details>`;
};
