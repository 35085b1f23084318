import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { basePath, createClient } from '../api/client.ts';
import { html } from '../ui/html.ts';
import { Refused } from '../ui/parts.ts';
import { Prose } from '../ui/prose.ts';
import { useLoad } from '../ui/use-load.ts';
import type { Description } from './description.ts';
import { found } from './found.ts';
import { OperationView } from './operation-view.ts';
import { SchemaView } from './schema-view.ts';

/** A path, which a narrow column breaks at its slashes. */
const Path = ({ path }: { path: string }) =>
  html`<span>${path.split(/(?<=\/)/).map((part, at) => html`<span key=${at}>${part}<wbr /></span>`)}</span>`;

/** Where one finds an operation: by a word of its path, its id or what it does, or by its group. */
const Contents = ({
  base,
  info,
  groups,
  words,
  setWords,
}: {
  base: string;
  info: Description['info'];
  groups: ReturnType<typeof found>;
  words: string;
  setWords: (words: string) => void;
}) => {
  const [first] = groups.flatMap(({ operations }) => operations);
  const count = groups.reduce((sum, { operations }) => sum + operations.length, 0);
  const go = (event: Event) => {
    event.preventDefault();
    if (first !== undefined) location.hash = first.operation.operationId;
  };
  return html`<nav aria-label="Operations">
    <strong>${info.title} ${info.version}</strong>
    <a href=${`${base}/console`}>Console</a><a href=${`${base}/openapi.json`}>openapi.json</a>
    <form role="search" onSubmit=${go}>
      <label>Find an operation <input type="search" name="find" value=${words} onInput=${(event: Event) => setWords((event.target as HTMLInputElement).value)} /></label>
      <span class="small soft" role="status">${words.trim() === '' ? '' : count === 0 ? 'No operation has these words.' : `${count} found`}</span>
    </form>
    ${groups.map(
      ({ name, operations }) => html`<h2 key=${name}>${name}</h2>
        ${operations.map(({ method, path, operation }) => html`<a key=${operation.operationId} href=${`#${operation.operationId}`} title=${operation.summary}><span class="method">${method.toUpperCase()}</span> <${Path} path=${path} /></a>`)}`,
    )}
    <h2>Schemas</h2><a href="#schemas">All schemas</a><a href="#schema-Problem">Errors</a>
  </nav>`;
};

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
  const [words, setWords] = useState('');
  // What an address leads to is there only now.
  useEffect(() => document.getElementById(location.hash.slice(1))?.scrollIntoView(), [data === undefined]);
  if (data === undefined) return html`<main class="signin"><${Refused} error=${error} /></main>`;
  const url = `${location.origin}${base}`;
  const groups = found(data, words);
  return html`<div class="docs">
    <${Contents} base=${base} info=${data.info} groups=${groups} words=${words} setWords=${setWords} />
    <main id="main">
      <h1>The API</h1>
      <p>${data.info.description} Each call needs <code>x-api-key</code> or a Bearer credential, unless it says otherwise.</p>
      ${groups.map(
        ({
          name,
          description,
          operations,
        }) => html`<h2 key=${name}>${name}</h2><p class="soft"><${Prose} text=${description} /></p>
          ${operations.map((each) => html`<${OperationView} key=${each.operation.operationId} ...${each} description=${data} url=${url} />`)}`,
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
