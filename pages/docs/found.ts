import type { Description, Operation } from './description.ts';

export interface Listed {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

interface Group {
  readonly name: string;
  readonly description: string;
  readonly operations: readonly Listed[];
}

const textOf = ({ method, path, operation: { operationId, summary, tags } }: Listed): string =>
  [method, path, operationId, summary, ...tags].join(' ').toLowerCase();

/** The operations that have each of these words in their path, id, summary or group; groups that have none are left out. */
export const found = ({ paths, tags }: Description, words: string): readonly Group[] => {
  const wanted = words.toLowerCase().split(/\s+/);
  const listed = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
  );
  return tags
    .map((tag) => ({
      ...tag,
      operations: listed.filter(
        (each) => each.operation.tags.includes(tag.name) && wanted.every((word) => textOf(each).includes(word)),
      ),
    }))
    .filter(({ operations }) => operations.length > 0);
};
