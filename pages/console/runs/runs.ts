import { html } from '../../ui/html.ts';
import type { Place } from '../router.ts';
import { filterAt, RunList } from './run-list.ts';
import { RunPage } from './run-page.ts';

export const Runs = ({ place }: { place: Place }) => {
  const [first, second] = place;
  const filter = filterAt(place);
  return first === undefined || filter !== null
    ? html`<${RunList} key=${place.join('/')} first=${filter} />`
    : html`<${RunPage} key=${first} runId=${first} stepId=${second} />`;
};
