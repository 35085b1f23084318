import * as z from 'zod/mini';
import type { Query } from '../../model-call/provider.ts';

export const modelSchema = z.looseObject({ id: z.optional(z.unknown()) });
export const pageSchema = z.looseObject({
  data: z.array(modelSchema),
  has_more: z.optional(z.unknown()),
  first_id: z.optional(z.unknown()),
  last_id: z.optional(z.unknown()),
});

export type ListedModel = z.output<typeof modelSchema>;
export type ModelPage = z.output<typeof pageSchema>;

/** What the provider takes for a page without a `limit`. */
const DEFAULT_LIMIT = 20;
/** More pages than a provider has of the smallest size that a client asks for; beyond them the rest is for its next page. */
const MAX_PAGES = 20;

const limitOf = ({ limit }: Query): number => {
  const asked = Number([limit].flat()[0] ?? DEFAULT_LIMIT);
  return Number.isInteger(asked) && asked > 0 ? asked : DEFAULT_LIMIT;
};

const idOf = (each: ListedModel | undefined): string | null => (typeof each?.id === 'string' ? each.id : null);

/** What lies beyond the cursor that was asked for: a provider may know no cursors, and list all each time. */
const beyond = (data: readonly ListedModel[], cursor: unknown, isBackwards: boolean): readonly ListedModel[] => {
  const at = data.findIndex(({ id }) => id !== undefined && id === cursor);
  if (at < 0) return data;
  return isBackwards ? data.slice(0, at) : data.slice(at + 1);
};

/**
 * The page that a client asked for, of the models that it may have. Further pages are read until it is full and one more is
 * known, or the provider has no more, so that there is always something on a next page; both its ends are cursors.
 */
export const shownPage = async (
  query: Query,
  read: (query: Query) => Promise<ModelPage>,
  isShown: (each: ListedModel) => boolean,
): Promise<ModelPage> => {
  const [name, end] = query['before_id'] === undefined ? ['after_id', 'last_id'] : ['before_id', 'first_id'];
  const isBackwards = name === 'before_id';
  const limit = limitOf(query);
  const known = new Set<unknown>();
  let page: ModelPage;
  let goesOn: boolean;
  let shown: ListedModel[] = [];
  let cursor: unknown = [query[name]].flat()[0];
  for (let asked = query, pages = 1; ; pages += 1) {
    page = await read(asked);
    const more = beyond(page.data, cursor, isBackwards).filter((each) => isShown(each) && !known.has(each.id));
    for (const { id } of more) known.add(id);
    shown = isBackwards ? [...more, ...shown] : [...shown, ...more];
    const next = page[end];
    // Whoever gives the same cursor again has no next page.
    goesOn = page.has_more === true && next !== cursor;
    if (!goesOn || typeof next !== 'string' || shown.length > limit || pages === MAX_PAGES) break;
    cursor = next;
    asked = { ...asked, [name]: next };
  }
  const data = isBackwards ? shown.slice(-limit) : shown.slice(0, limit);
  const has_more = shown.length > limit || goesOn;
  return { ...page, data, has_more, first_id: idOf(data[0]), last_id: idOf(data.at(-1)) };
};
