import { html } from '../../ui/html.ts';
import type { Place } from '../router.ts';
import { RunList } from './run-list.ts';
import { RunPage } from './run-page.ts';

export const Runs = ({ place: [runId] }: { place: Place }) =>
  runId === undefined ? html`<${RunList} />` : html`<${RunPage} key=${runId} runId=${runId} />`;
