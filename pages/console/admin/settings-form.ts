import { useState } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
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

/** What somebody else has changed since the form was opened. */
const Meanwhile = ({ before, now }: { before: TenantView; now: TenantView }) => {
  const [from, to] = [formOf(before), formOf(now)];
  const names = (Object.keys(FIELDS) as Setting[]).filter((name) => from[name] !== to[name]);
  return html`<div data-field="meanwhile"><p>Somebody else has changed this tenant since you opened it${names.length > 0 && ':'}</p>
    <${Diff} changes=${Object.fromEntries(names.map((name) => [name, { from: before[name], to: now[name] }]))} /></div>`;
};

/** The settings of a tenant. What was changed is shown and sent alone, and refused where somebody else was faster. */
export const SettingsForm = ({
  tenant,
  etag,
  reload,
}: {
  tenant: TenantView;
  etag: string | null;
  /** Reads the tenant again. */
  reload: () => void;
}) => {
  const { client } = useSession();
  const before = formOf(tenant);
  const [edits, setEdits] = useState<Form>({});
  const [asks, setAsks] = useState(false);
  const [overtaken, setOvertaken] = useState<TenantView | null>(null);
  const form = { ...before, ...edits };
  const set = (name: string, value: string) => setEdits((now) => ({ ...now, [name]: value }));
  const body = changed(before, form);
  const names = Object.keys(body);
  const path = `/admin/tenants/${tenant.tenantId}`;
  const save = async () => {
    await client
      .json(path, { method: 'PATCH', body, headers: etag === null ? {} : { 'if-match': etag } })
      .catch((met: unknown) => {
        // What somebody else has changed meanwhile is read; what was typed here stays.
        if (met instanceof ApiError && met.status === 412) {
          setOvertaken((first) => first ?? tenant);
          reload();
        }
        throw met;
      });
    setEdits({});
    setOvertaken(null);
    reload();
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
      <button type="button" disabled=${names.length === 0} onClick=${() => setEdits({})}>Undo</button>
      ${names.length > 0 && html`<span class="small soft">${names.length} changed</span>`}
    </div>
    ${
      asks &&
      html`<${Confirm} title=${`Change ${tenant.tenantId}?`} verb="Change" request=${`PATCH ${path}\n${JSON.stringify(body, null, 2)}`} act=${save} close=${() => setAsks(false)}>
        <div><${Diff} changes=${Object.fromEntries(names.map((name) => [name, { from: tenant[name as Setting], to: body[name] }]))} /></div>
        ${overtaken !== null && html`<${Meanwhile} before=${overtaken} now=${tenant} />`}
      <//>`
    }
  </form>`;
};
