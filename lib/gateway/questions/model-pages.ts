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

/**
 * The page that a client asked for, of the models that it may have. Further pages are read until it is full or the
 * provider has no more, so that none is empty while there is a next one; both its ends are cursors.
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
  let page = await read(query);
  let shown: ListedModel[] = [];
  for (let asked = query, pages = 1; ; pages += 1) {
    const more = page.data.filter((each) => isShown(each) && !known.has(each.id));
    for (const { id } of more) known.add(id);
    shown = isBackwards ? [...more, ...shown] : [...shown, ...more];
    const cursor = page[end];
    // Whoever gives the same cursor again has no next page.
    const isLast = page.has_more !== true || typeof cursor !== 'string' || cursor === asked[name];
    if (isLast || shown.length >= limit || pages === MAX_PAGES) break;
    asked = { ...asked, [name]: cursor };
    page = await read(asked);
  }
  const data = isBackwards ? shown.slice(-limit) : shown.slice(0, limit);
  const has_more = shown.length > limit || page.has_more === true;
  return { ...page, data, has_more, first_id: idOf(data[0]), last_id: idOf(data.at(-1)) };
};
