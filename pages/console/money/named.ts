import { html } from '../../ui/html.ts';
import { Id } from '../../ui/parts.ts';
import { linkTo } from '../router.ts';

interface NamedProps {
  /** The dimensions of the report, with commas. */
  readonly by: string;
  readonly group: string | readonly string[];
  /** Another's than the caller's. */
  readonly tenant: string | undefined;
}

/** Where each dimension that is an id leads; of another's tenant the lists of runs and calls are not to be seen. */
const PLACES: Readonly<Record<string, (id: string, tenant: string | undefined) => string | undefined>> = {
  tenant: (id) => linkTo('tenants', id),
  key: (id, tenant) => (tenant === undefined ? linkTo('gateway', 'keyId', id) : linkTo('tenants', tenant, id)),
  user: (id, tenant) => (tenant === undefined ? linkTo('runs', 'userId', id) : undefined),
  session: (id, tenant) => (tenant === undefined ? linkTo('runs', 'sessionId', id) : undefined),
};

/** What a group of a report is of. */
export const Named = ({ by, group, tenant }: NamedProps) =>
  by.split(',').map((dimension, at) => {
    const value = [group].flat()[at] ?? '';
    const place = PLACES[dimension];
    return html`${at > 0 && ' · '}${value === '' ? '(none)' : place === undefined ? value : html`<${Id} id=${value} href=${place(value, tenant)} />`}`;
  });
