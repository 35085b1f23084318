import type { Alarms } from '../../api/types.ts';
import { html } from '../../ui/html.ts';

type Name = Alarms['alarms'][number]['severity'];

const SEVERITIES: Readonly<Record<Name, { readonly colour: string; readonly says: string }>> = {
  page: { colour: 'bad', says: 'look at once, whatever the hour' },
  ticket: { colour: 'warn', says: 'look on the next working day' },
  note: { colour: '', says: 'look when it suits; nothing is broken' },
};

/** How soon somebody should look. */
export const Severity = ({ severity }: { severity: Name }) =>
  html`<span class=${`pill ${SEVERITIES[severity].colour}`} title=${SEVERITIES[severity].says}>${severity}</span>`;
