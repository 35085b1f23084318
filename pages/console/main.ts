import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Scope, SCOPES } from '../../lib/kernel/forms/scopes.ts';
import { basePath, createClient } from '../api/client.ts';
import { html } from '../ui/html.ts';
import { Refused } from '../ui/parts.ts';
import { useLoad } from '../ui/use-load.ts';
import { Audit } from './admin/audit.ts';
import { Circuits } from './admin/circuits.ts';
import { Tenants } from './admin/tenants.ts';
import { Agents } from './agents/agents.ts';
import { Alarms } from './alarms/alarms.ts';
import { type Session, SessionContext, type Stage } from './context.ts';
import { Find } from './find.ts';
import { Money } from './money/money.ts';
import { usePlace } from './router.ts';
import { Approvals } from './runs/approvals.ts';
import { Calls } from './runs/calls.ts';
import { Runs } from './runs/runs.ts';
import { SetUp } from './set-up/set-up.ts';
import { SignIn } from './sign-in.ts';
import { Try } from './try/try.ts';

interface Part {
  readonly title: string;
  /** One of them. */
  readonly needs: readonly Scope[];
  /** Links lead there, and no part of the page. */
  readonly isHidden?: boolean;
  readonly view: (props: { readonly place: readonly string[] }) => unknown;
}

const PARTS: Readonly<Record<string, Part>> = {
  try: { title: 'Try', needs: ['runs:write'], view: Try },
  runs: { title: 'Runs', needs: ['runs:read'], view: Runs },
  approvals: { title: 'Approvals', needs: ['runs:read'], view: Approvals },
  gateway: { title: 'Gateway', needs: ['usage:read'], view: Calls },
  money: { title: 'Money', needs: ['usage:read'], view: Money },
  agents: { title: 'Agents', needs: ['runs:write', 'admin'], view: Agents },
  tenants: { title: 'Tenants', needs: ['admin'], view: Tenants },
  circuits: { title: 'Circuits', needs: ['admin'], view: Circuits },
  alarms: { title: 'Alarms', needs: ['admin'], view: Alarms },
  audit: { title: 'Audit', needs: ['admin'], view: Audit },
  'set-up': { title: 'Set-up', needs: ['admin'], view: SetUp },
  find: { title: 'Find', needs: SCOPES, view: Find, isHidden: true },
};

const Signed = ({ session, leave }: { session: Session; leave: () => void }) => {
  const place = usePlace();
  const offered = Object.entries(PARTS).filter(([, { needs }]) =>
    needs.some((scope) => session.caller.scopes.includes(scope)),
  );
  const [name, part] = offered.find(([each]) => each === place[0]) ?? offered[0] ?? [];
  const about = `${session.stage.claude === 'simulated' ? 'Claude is simulated' : 'real Claude'} · ${session.caller.tenantName}`;
  const main = useRef<HTMLElement>(null);
  const where = place.slice(0, 2).join('/');
  useEffect(() => {
    document.title = part === undefined ? 'Ballast' : `${part.title} · Ballast`;
    main.current?.focus({ preventScroll: true });
  }, [where]);
  return html`<${SessionContext.Provider} value=${session}>
    <a class="skip" href="#main" onClick=${(event: Event) => (event.preventDefault(), main.current?.focus())}
      >Skip to the content</a
    >
    <header class="top">
      <strong>Ballast</strong>
      <nav aria-label="Parts">
        ${offered.filter(([, { isHidden }]) => isHidden !== true).map(([each, { title }]) => html`<a key=${each} href=${`#/${each}`} aria-current=${each === name ? 'page' : undefined}>${title}</a>`)}
      </nav>
      <span class="soft small" title=${`${about} · version ${session.stage.version}`}>${about}</span>
      <a href=${`${session.url}/docs`}>API</a>
      <button type="button" onClick=${leave}>Sign out</button>
    </header>
    ${session.stage.claude === 'real' && html`<div class="real" role="note">This key spends real money: every run is paid.</div>`}
    <main id="main" tabindex="-1" ref=${main}>
      ${part === undefined ? html`<p>This key may do nothing that is shown here.</p>` : html`<${part.view} key=${name} place=${place.slice(1)} />`}
    </main>
  <//>`;
};

const Console = ({ base }: { base: string }) => {
  const { data: stage, error } = useLoad((signal) => createClient(base, null).json<Stage>('/', { signal }), []);
  const [session, setSession] = useState<Session | null>(null);
  if (session !== null) return html`<${Signed} session=${session} leave=${() => setSession(null)} />`;
  if (stage === undefined)
    return html`<main class="signin">${error !== undefined && html`<${Refused} error=${error} />`}</main>`;
  return html`<${SignIn} base=${base} stage=${stage} enter=${setSession} />`;
};

const root = document.getElementById('app');
if (root !== null) {
  root.textContent = '';
  render(html`<${Console} base=${basePath('console')} />`, root);
}
