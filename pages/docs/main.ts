import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { basePath, createClient } from '../api/client.ts';
import { html } from '../ui/html.ts';
import { Refused } from '../ui/parts.ts';
import { useLoad } from '../ui/use-load.ts';
import type { Description, Operation } from './description.ts';
import { OperationView } from './operation-view.ts';
import { Prose, SchemaView } from './schema-view.ts';

interface Listed {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const byTag = ({ paths }: Description, tag: string): readonly Listed[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, { tags }]) => tags.includes(tag))
      .map(([method, operation]) => ({ method, path, operation })),
  );

/** Schemas that several operations name: a link leads to each. */
const Schemas = ({ description }: { description: Description }) =>
  html`<h2 id="schemas">Schemas</h2>
    ${Object.entries(description.components.schemas).map(
      ([name, schema]) => html`<section key=${name} class="panel" id=${`schema-${name}`} aria-label=${name}>
        <h3><code>${name}</code></h3>
        ${schema.description !== undefined && schema.properties !== undefined && html`<p class="small"><${Prose} text=${schema.description} /></p>`}
        <${SchemaView} schema=${schema} label=${name} />
      </section>`,
    )}`;

const Docs = ({ base }: { base: string }) => {
  const { data, error } = useLoad(
    (signal) => createClient(base, null).json<Description>('/openapi.json', { signal }),
    [],
  );
  // What an address leads to is there only now.
  useEffect(() => document.getElementById(location.hash.slice(1))?.scrollIntoView(), [data === undefined]);
  if (data === undefined) return html`<main class="signin"><${Refused} error=${error} /></main>`;
  const url = `${location.origin}${base}`;
  return html`<div class="docs">
    <nav aria-label="Operations">
      <strong>${data.info.title} ${data.info.version}</strong>
      <a href=${`${base}/console`}>Console</a><a href=${`${base}/openapi.json`}>openapi.json</a>
      ${data.tags.map(
        ({ name }) => html`<h2 key=${name}>${name}</h2>
          ${byTag(data, name).map(({ method, path, operation }) => html`<a key=${operation.operationId} href=${`#${operation.operationId}`} title=${operation.summary}><span class="method">${method.toUpperCase()}</span> ${path}</a>`)}`,
      )}
      <h2>Schemas</h2><a href="#schemas">All schemas</a><a href="#schema-Problem">Errors</a>
    </nav>
    <main id="main">
      <h1>The API</h1>
      <p>${data.info.description} Each call needs <code>x-api-key</code> or a Bearer credential, unless it says otherwise.</p>
      ${data.tags.map(
        ({ name, description }) => html`<h2 key=${name}>${name}</h2><p class="soft"><${Prose} text=${description} /></p>
          ${byTag(data, name).map((each) => html`<${OperationView} key=${each.operation.operationId} ...${each} description=${data} url=${url} />`)}`,
      )}
      <${Schemas} description=${data} />
    </main>
  </div>`;
};

const root = document.getElementById('app');
if (root !== null) {
  root.textContent = '';
  render(html`<${Docs} base=${basePath('docs')} />`, root);
}
