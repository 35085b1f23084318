import { html } from './html.ts';
import { Copy } from './parts.ts';

/** A command to copy; `label`: what it is for, where nothing beside it says so. */
export const Command = ({ text, label }: { text: string; label?: string }) =>
  html`<div class="call"><pre tabindex="0" class="wrap" aria-label=${label}>${text}</pre><${Copy} text=${text} label="Copy" /></div>`;
