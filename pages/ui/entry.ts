import { useEffect, useState } from 'preact/hooks';
import { html } from './html.ts';

interface EntryProps {
  readonly name: string;
  readonly value: string;
  readonly commit: (value: string) => void;
  /** The id of a list to choose from. */
  readonly list?: string;
  readonly size?: string;
  readonly maxlength?: string;
}

/** A text that counts once it is entered. What is typed until then stays when a live page is drawn anew. */
export const Entry = ({ value, commit, ...others }: EntryProps) => {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return html`<input ...${others} value=${text}
    onInput=${(event: Event) => setText((event.target as HTMLInputElement).value)}
    onChange=${(event: Event) => commit((event.target as HTMLInputElement).value.trim())} />`;
};
