import { useState } from 'preact/hooks';
import type { Scope } from '../../../lib/kernel/forms/scopes.ts';
import type { KeyView } from '../../api/types.ts';
import { Confirm } from '../../ui/confirm.ts';
import { html } from '../../ui/html.ts';
import { Copy, Empty, Id, Refused, Table, Time, Usd } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { useShown } from '../../ui/use-shown.ts';
import { curl, useSession } from '../context.ts';
import { linkTo } from '../router.ts';

const SCOPES: Readonly<Record<Scope, string>> = {
  'runs:write': 'run agents',
  'runs:read': 'see runs',
  'runs:approve': 'decide on tool calls',
  'messages:write': 'use the gateway',
  'usage:read': 'see usage and budgets',
  admin: 'administer everything',
};
const DEFAULT: readonly Scope[] = ['runs:write', 'runs:read', 'runs:approve', 'messages:write', 'usage:read'];

type Issued = KeyView & { readonly key: string };

/** Shown this once; whoever closes it cannot see the key again. */
const IssuedKey = ({ issued, close }: { issued: Issued; close: () => void }) =>
  html`<div class="problem new-key" role="status">
    <strong>The key of “${issued.name}”, shown this once</strong>
    <div class="row"><code class="id" data-field="key">${issued.key}</code><${Copy} text=${issued.key} label="Copy the key" /><button type="button" onClick=${close}>Done</button></div>
  </div>`;

const NewKey = ({ path, made }: { path: string; made: (issued: Issued) => void }) => {
  const { client } = useSession();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(DEFAULT);
  const [budget, setBudget] = useState('');
  const [asks, setAsks] = useState(false);
  const body = { name, scopes, ...(budget !== '' && { dailyBudgetUsd: budget }) };
  const toggle = (scope: Scope) => () =>
    setScopes((now) => (now.includes(scope) ? now.filter((each) => each !== scope) : [...now, scope]));
  const make = async () => {
    made(await client.json<Issued>(path, { method: 'POST', body }));
    setName('');
  };
  const submit = (event: Event) => {
    event.preventDefault();
    setAsks(true);
  };
  return html`<form onSubmit=${submit} class="fold" aria-label="New key">
    <div class="row end">
      <label>Name of the new key <input name="keyName" required maxlength="128" value=${name} onInput=${(event: Event) => setName((event.target as HTMLInputElement).value)} /></label>
      <label>Budget a day, in $ <input inputmode="decimal" size="10" placeholder="no limit" value=${budget} onInput=${(event: Event) => setBudget((event.target as HTMLInputElement).value)} /></label>
      <button disabled=${name.trim() === '' || scopes.length === 0}>Make a key…</button>
    </div>
    <div class="row">${(Object.entries(SCOPES) as [Scope, string][]).map(
      ([scope, says]) =>
        html`<label class="check" key=${scope}><input type="checkbox" checked=${scopes.includes(scope)} onChange=${toggle(scope)} />${says}</label>`,
    )}</div>
    ${asks && html`<${Confirm} title="Make this key?" verb="Make" request=${`POST ${path}\n${JSON.stringify(body, null, 2)}`} act=${make} close=${() => setAsks(false)} />`}
  </form>`;
};

/** The keys of a tenant: made, seen and revoked. */
export const Keys = ({ tenantId, marked }: { tenantId: string; marked: string | undefined }) => {
  const { client, url } = useSession();
  const path = `/admin/tenants/${tenantId}/keys`;
  const { data, error, reload } = useLoad((signal) => client.json<{ keys: KeyView[] }>(path, { signal }), [path]);
  const row = useShown(marked, data !== undefined);
  const [issued, setIssued] = useState<Issued | null>(null);
  const [revoked, setRevoked] = useState<KeyView | null>(null);
  const revoke = async () => {
    await client.json(`${path}/${revoked?.keyId ?? ''}`, { method: 'DELETE' });
    reload();
  };
  return html`<section class="panel" aria-label="Keys">
    <h2>Keys</h2>
    <${Refused} error=${error} />
    ${issued !== null && html`<${IssuedKey} issued=${issued} close=${() => setIssued(null)} />`}
    ${
      data?.keys.length === 0
        ? html`<${Empty} command=${curl(url, path, { method: 'POST', body: { name: 'ci' } })}>This tenant has no key. Make one below, or by this command.<//>`
        : html`<${Table} label="Keys" tight head=${['Key', 'Scopes', 'Made', 'Last used', 'Expires', '#Budget a day', '']}>
            ${data?.keys.map(
              (
                key,
              ) => html`<tr key=${key.keyId} ref=${key.keyId === marked ? row : undefined} class=${key.keyId === marked ? 'marked' : ''}>
                <td class="fold-text">${key.name}<br /><${Id} id=${key.keyId} href=${linkTo('tenants', tenantId, key.keyId)} />
                  ${key.keyPrefix !== null && html`<br /><code class="soft" title="how the key begins">${key.keyPrefix}…</code>`}</td>
                <td class="fold-text">${key.scopes.join(', ')}</td>
                <td><${Time} at=${key.createdAt} /></td><td><${Time} at=${key.lastUsedAt} /></td><td><${Time} at=${key.expiresAt} /></td>
                <td class="num"><${Usd} value=${key.dailyBudgetUsd} /></td>
                <td class="num"><button type="button" class="danger" onClick=${() => setRevoked(key)}>Revoke</button></td>
              </tr>`,
            )}
          <//>
            <p class="small soft">When a key was last used is known to the hour.</p>`
    }
    <${NewKey} path=${path} made=${(key: Issued) => (setIssued(key), reload())} />
    ${
      revoked !== null &&
      html`<${Confirm} title=${`Revoke “${revoked.name}”?`} verb="Revoke" danger request=${`DELETE ${path}/${revoked.keyId}`} act=${revoke} close=${() => setRevoked(null)}>
        <p>Calls with it are refused within a minute. It cannot be taken back.</p>
      <//>`
    }
  </section>`;
};
