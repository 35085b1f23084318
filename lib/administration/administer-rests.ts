import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { Actor } from '../tenants/types.ts';
import type { Note } from './audited.ts';

/** A rest as an administrator sees it: of one key, which its name does not tell. `until` is epoch milliseconds. */
export interface ShownRest {
  readonly name: string;
  readonly model: string;
  /** The kind of request that is limited: `standard`, or what has limits of its own. */
  readonly kind: string;
  readonly until: number;
}

/** What an administrator may do to the rests of the provider's keys, in words of their own. */
export interface RestsPort {
  list(): Promise<readonly { readonly name: string; readonly until: number }[]>;
  /** `false`: there is none of that name. */
  end(name: string): Promise<boolean>;
}

export interface RestAdministration {
  list(): Promise<readonly ShownRest[]>;
  /** Over for every process, within about a second. Throws `not-found` where nothing of that name rests. */
  end(name: string, actor: Actor): Promise<void>;
}

export interface RestAdministrationOptions {
  readonly rests: RestsPort;
  readonly note: Note;
}

/** `<provider>/<model>/<kind>/<key's id>` */
const partsOf = (name: string) => {
  const [, model = '', kind = ''] = name.split('/');
  return { model, kind };
};

const unknown = () => new AppError('not-found', safe`There is no rest of this name.`);

export const createRestAdministration = ({ rests, note }: RestAdministrationOptions): RestAdministration => ({
  async list() {
    return (await rests.list()).map((rest) => ({ ...rest, ...partsOf(rest.name) }));
  },
  async end(name, actor) {
    const rest = (await rests.list()).find((each) => each.name === name);
    if (rest === undefined) throw unknown();
    const changes = { until: { from: new Date(rest.until).toISOString(), to: null } };
    await note({ actor, action: 'rest.ended', target: name, changes });
    if (!(await rests.end(name))) throw unknown();
  },
});
