import { html } from '../ui/html.ts';
import { Copy, Table } from '../ui/parts.ts';
import { Prose } from '../ui/prose.ts';
import { answersOf, boundsOf, type Description, type Media, nameOf, type Operation, typeOf } from './description.ts';
import { SchemaView } from './schema-view.ts';

interface Props {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  readonly description: Description;
  /** Where the API is. */
  readonly url: string;
}

/** The call for a shell; what stands in braces is for the reader to replace. */
const curl = ({ method, path, operation, url }: Props): string => {
  const example = operation.requestBody?.content['application/json']?.example;
  const verb = method.toUpperCase();
  const implied = verb === 'GET' || (verb === 'POST' && example !== undefined);
  return [
    `curl -s ${implied ? '' : `-X ${verb} `}'${url}${path}'`,
    ...(operation.security?.length === 0 ? [] : [`-H "x-api-key: $BALLAST_API_KEY"`]),
    ...(example === undefined
      ? []
      : [`-H 'content-type: application/json'`, `-d '${JSON.stringify(example).replaceAll("'", `'\\''`)}'`]),
  ].join(' \\\n  ');
};

const shown = (example: unknown): string => (typeof example === 'string' ? example : JSON.stringify(example, null, 2));

interface Shown {
  readonly content: Readonly<Record<string, Media>>;
  readonly label: string;
  /** Whether they are shown here: that of a request is in its call. */
  readonly hasExamples?: boolean;
  /** Those whose members are shown here, too: what to send is looked for here. */
  readonly schemas?: Description['components']['schemas'];
}

const Contents = ({ content, label, hasExamples = false, schemas = {} }: Shown) =>
  html`${Object.entries(content).map(
    ([type, { schema, example }]) => html`<div key=${type} class="fold"><span class="soft small">${type}</span>
      ${schema !== undefined && html`<${SchemaView} schema=${schema} label=${`${label}, ${type}`} />`}
      ${schema?.$ref !== undefined && schemas[nameOf(schema)] !== undefined && html`<${SchemaView} schema=${schemas[nameOf(schema)]} label=${label} />`}
      ${hasExamples && example !== undefined && html`<pre class="wrap" tabindex="0" aria-label=${`Example of ${label}, ${type}`}>${shown(example)}</pre>`}</div>`,
  )}`;

/** One operation: what it takes, what it answers, and a call to copy. */
export const OperationView = (props: Props) => {
  const { method, path, operation } = props;
  const { operationId, summary, parameters = [], requestBody, security } = operation;
  const { answers, refusals } = answersOf(props.description, operation);
  const call = curl(props);
  return html`<section class="panel" id=${operationId} aria-labelledby=${`${operationId}-title`}>
    <h3 id=${`${operationId}-title`} class="row"><span class="method">${method.toUpperCase()}</span><code>${path}</code><span class="soft small">${operationId}</span></h3>
    <p><${Prose} text=${summary} />${security?.length === 0 && html` <span class="pill">no credential</span>`}</p>
    <div class="call"><pre class="wrap" tabindex="0" aria-label=${`Call of ${operationId}`}>${call}</pre><${Copy} text=${call} /></div>
    ${
      parameters.length > 0 &&
      html`<h4>Parameters</h4><${Table} label=${`Parameters of ${operationId}`} head=${['Name', 'In', 'Type', 'Bounds', 'Meaning']}>
        ${parameters.map(
          (each) => html`<tr key=${each.name}>
            <td><code>${each.name}</code>${each.required && html`<span class="soft small"> required</span>`}</td><td>${each.in}</td>
            <td><code>${typeOf(each.schema)}</code></td><td class="small">${boundsOf(each.schema)}</td>
            <td class="fold-text"><${Prose} text=${each.description ?? each.schema.description ?? ''} /></td>
          </tr>`,
        )}
      <//>`
    }
    ${requestBody !== undefined && html`<h4>Body${!requestBody.required && ' (optional)'}</h4><${Contents} content=${requestBody.content} label=${`Body of ${operationId}`} schemas=${props.description.components.schemas} />`}
    <h4>Answers</h4>
    ${answers.map(
      ({ status, description: says, content = {} }) =>
        html`<details key=${status}><summary><strong>${status}</strong><span><${Prose} text=${says} /></span></summary>
          <div class="within"><${Contents} content=${content} label=${`Answer ${status} of ${operationId}`} hasExamples /></div></details>`,
    )}
    <details><summary><strong>${refusals.map(({ status }) => status).join(' ')}</strong><span>Refused or failed</span></summary>
      <div class="within"><${Table} label=${`Refusals of ${operationId}`} head=${['Status', 'Codes']}>
        ${refusals.map(({ status, description: says }) => html`<tr key=${status}><td>${status}</td><td class="small"><${Prose} text=${says} /></td></tr>`)}
      <//><p class="small"><a href=${`#schema-${path.startsWith('/v1/') ? 'AnthropicError' : 'Problem'}`}>Their body</a></p></div></details>
  </section>`;
};
