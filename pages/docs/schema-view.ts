import { html } from '../ui/html.ts';
import { Table } from '../ui/parts.ts';
import { Prose } from '../ui/prose.ts';
import { boundsOf, membersOf, nameOf, type Schema, typeOf } from './description.ts';

/** The names that a schema refers to, for links to where they are described. */
const Type = ({ schema }: { schema: Schema }) => {
  const referred = schema.$ref === undefined ? schema.items : schema;
  return referred?.$ref === undefined
    ? html`<code>${typeOf(schema)}</code>`
    : html`<a href=${`#schema-${nameOf(referred)}`}><code>${typeOf(schema)}</code></a>`;
};

/** The members of an object, those that are objects themselves below. */
export const SchemaView = ({ schema, label }: { schema: Schema; label: string }): unknown => {
  const { properties = {}, required = [] } = membersOf(schema) ?? {};
  const entries = Object.entries(properties);
  if (entries.length === 0)
    return html`<p class="small"><${Type} schema=${schema} /> ${schema.description !== undefined && html`<${Prose} text=${schema.description} />`}</p>`;
  // A column in which nothing stands is none.
  const says = entries.some(([, { description }]) => description !== undefined);
  return html`<${Table} label=${label} head=${['Field', 'Type', 'Bounds', ...(says ? ['Meaning'] : [])]}>
      ${entries.map(
        ([name, field]) => html`<tr key=${name}>
          <td><code>${name}</code>${required.includes(name) && html`<span class="soft small"> required</span>`}</td>
          <td><${Type} schema=${field} /></td>
          <td class="small">${boundsOf(field)}</td>
          ${says && html`<td class="fold-text">${field.description !== undefined && html`<${Prose} text=${field.description} />`}</td>`}
        </tr>`,
      )}
    <//>
    ${entries
      .filter(([, field]) => membersOf(field) !== null)
      .map(
        ([name, field]) => html`<details key=${name}><summary class="small"><code>${name}</code></summary>
          <div class="within"><${SchemaView} schema=${field} label=${`${label}, ${name}`} /></div></details>`,
      )}`;
};
