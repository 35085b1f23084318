import { useEffect, useRef } from 'preact/hooks';
import { type ComponentChildren, html } from './html.ts';
import { Refused } from './parts.ts';
import { useAction } from './use-load.ts';

export interface ConfirmProps {
  readonly title: string;
  /** The request that it will send, as it will be sent. */
  readonly request: string;
  readonly verb: string;
  readonly danger?: boolean;
  readonly act: () => Promise<void>;
  readonly close: () => void;
  readonly children?: ComponentChildren;
}

/** Shows a change before it is made. Escape and Cancel change nothing; where it is a danger, Cancel has the focus. */
export const Confirm = ({ title, request, verb, danger = false, act, close, children }: ConfirmProps) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const { busy, error, run } = useAction();
  useEffect(() => dialog.current?.showModal(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (await run(act)) close();
  };
  return html`<dialog ref=${dialog} onClose=${close} aria-labelledby="confirm-title">
    <form onSubmit=${submit}>
      <h2 id="confirm-title">${title}</h2>
      ${children}
      <pre class="wrap" tabindex="0" aria-label="The request">${request}</pre>
      <${Refused} error=${error} />
      <div class="row">
        <button class=${danger ? 'danger' : 'main'} disabled=${busy} autofocus=${!danger}>${verb}</button>
        <button type="button" onClick=${close} autofocus=${danger}>Cancel</button>
      </div>
    </form>
  </dialog>`;
};
