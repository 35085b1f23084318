import { useState } from 'preact/hooks';
import type { TenantView } from '../../api/types.ts';
import { Confirm } from '../../ui/confirm.ts';
import { html } from '../../ui/html.ts';
import { useSession } from '../context.ts';
import { Diff } from './audit.ts';
import { changed, FIELDS, type Form, formOf, type Setting } from './settings-fields.ts';

const Field = ({ name, form, set }: { name: Setting; form: Form; set: (name: string, value: string) => void }) => {
  const { label, kind, empty = '' } = FIELDS[name];
  const value = form[name] ?? '';
  const onInput = (event: Event) => set(name, (event.target as HTMLInputElement).value);
  if (kind === 'flag')
    return html`<label class="check"><input type="checkbox" name=${name} checked=${value === 'true'}
      onChange=${(event: Event) => set(name, String((event.target as HTMLInputElement).checked))} />${label}</label>`;
  if (typeof kind !== 'string')
    return html`<label>${label}
      <select name=${name} value=${value} onChange=${onInput}>${kind.map((each) => html`<option key=${each}>${each}</option>`)}</select>
    </label>`;
  const isNumber = kind === 'number' || kind === 'money';
  return html`<label>${label}
    <input name=${name} value=${value} onInput=${onInput} autocomplete="off" spellcheck=${false}
      inputmode=${isNumber ? 'decimal' : undefined} placeholder=${empty} />
  </label>`;
};

/** The settings of a tenant. What was changed is shown and sent alone, and refused where somebody else was faster. */
export const SettingsForm = ({
  tenant,
  etag,
  saved,
}: {
  tenant: TenantView;
  etag: string | null;
  saved: () => void;
}) => {
  const { client } = useSession();
  const before = formOf(tenant);
  const [form, setForm] = useState(before);
  const [asks, setAsks] = useState(false);
  const set = (name: string, value: string) => setForm((now) => ({ ...now, [name]: value }));
  const body = changed(before, form);
  const names = Object.keys(body);
  const path = `/admin/tenants/${tenant.tenantId}`;
  const save = async () => {
    await client.json(path, { method: 'PATCH', body, headers: etag === null ? {} : { 'if-match': etag } });
    saved();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    setAsks(true);
  };
  return html`<form class="panel" aria-label="Settings" onSubmit=${submit}>
    <h2>Settings</h2>
    <div class="fields">${(Object.keys(FIELDS) as Setting[]).map((name) => html`<${Field} key=${name} name=${name} form=${form} set=${set} />`)}</div>
    <div class="row">
      <button class="main" disabled=${names.length === 0}>Save…</button>
      <button type="button" disabled=${names.length === 0} onClick=${() => setForm(before)}>Undo</button>
      ${names.length > 0 && html`<span class="small soft">${names.length} changed</span>`}
    </div>
    ${
      asks &&
      html`<${Confirm} title=${`Change ${tenant.tenantId}?`} verb="Change" request=${`PATCH ${path}\n${JSON.stringify(body, null, 2)}`} act=${save} close=${() => setAsks(false)}>
        <div><${Diff} changes=${Object.fromEntries(names.map((name) => [name, { from: tenant[name as Setting], to: body[name] }]))} /></div>
      <//>`
    }
  </form>`;
};
