import { useState } from 'preact/hooks';
import { createClient } from '../api/client.ts';
import { html } from '../ui/html.ts';
import { Refused } from '../ui/parts.ts';
import { useAction } from '../ui/use-load.ts';
import type { Session, Stage } from './context.ts';

/** Takes a key, which stays in the memory of this page: neither in its storage nor in its address. */
export const SignIn = ({ base, stage, enter }: { base: string; stage: Stage; enter: (session: Session) => void }) => {
  const [key, setKey] = useState('');
  const { busy, error, run } = useAction();
  const submit = (event: Event) => {
    event.preventDefault();
    void run(async () => {
      const client = createClient(base, key.trim());
      enter({ client, stage, caller: await client.json('/caller'), url: `${location.origin}${base}` });
    });
  };
  return html`<main class="signin" id="main" tabindex="-1">
    <form class="panel" onSubmit=${submit}>
      <h1>Ballast</h1>
      <label
        >API key
        <input
          type="password"
          name="key"
          autocomplete="off"
          spellcheck=${false}
          required
          autofocus
          value=${key}
          onInput=${(event: InputEvent) => setKey((event.target as HTMLInputElement).value)}
        />
      </label>
      <button class="main" disabled=${busy || key.trim() === ''}>${busy ? 'Signing in…' : 'Sign in'}</button>
      <${Refused} error=${error} />
      <p class="small soft">The key stays in the memory of this page. A reload forgets it.</p>
      ${
        stage.claude === 'simulated'
          ? html`<p class="small soft">
              Claude is simulated here and costs nothing. <code>npm start</code> has printed the development keys.
            </p>`
          : html`<p class="small soft">
              An administrator makes keys, here under Tenants, or with <code>npm run bootstrap</code> for the first.
            </p>`
      }
    </form>
  </main>`;
};
