import { html } from './html.ts';

/** A sentence whose words between backticks are code. */
export const Prose = ({ text }: { text: string }) =>
  html`${text.split('`').map((part, at) => (at % 2 === 1 ? html`<code key=${at}>${part}</code>` : part))}`;
