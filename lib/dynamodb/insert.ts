import type { BatchStatementError } from '@aws-sdk/client-dynamodb';
import type { Item } from './attributes.ts';
import { isFree } from './condition.ts';
import { inTheWay, TELL_WHY } from './conditional-write.ts';
import type { DynamoDb } from './types.ts';

/** So many statements DynamoDB takes in one request. */
export const MOST_INSERTS = 25;

/**
 * What became of a new item: it is written, or its key is taken (`found`: by that, where it was told), or neither is known:
 * `error` is as a client throws it.
 */
export type Inserted =
  | { readonly state: 'written' }
  | { readonly state: 'taken'; readonly found: Item | null }
  | { readonly state: 'failed'; readonly error: unknown };

const WRITTEN = { state: 'written' } as const;

const quoted = (name: string): string => `'${name.replaceAll("'", "''")}'`;

const statementOf = (table: string, item: Item) => ({
  Statement: `INSERT INTO "${table}" VALUE {${Object.keys(item)
    .map((name) => `${quoted(name)}: ?`)
    .join(', ')}}`,
  Parameters: Object.values(item),
  ...TELL_WHY,
});

/** Of what one statement alone fails with, the names by which a client throws the same. */
const NAMES: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  ProvisionedThroughputExceeded: 'ProvisionedThroughputExceededException',
  ThrottlingError: 'ThrottlingException',
  TransactionConflict: 'TransactionConflictException',
};

const failureOf = ({ Code: code }: BatchStatementError): Error => {
  const name = NAMES[String(code)] ?? String(code);
  const httpStatusCode = code === 'InternalServerError' ? 500 : 400;
  return Object.assign(new Error(`A statement of several was not executed: ${name}`), {
    name,
    $metadata: { httpStatusCode },
  });
};

const insertedBy = (error: BatchStatementError | undefined): Inserted => {
  if (error === undefined) return WRITTEN;
  if (error.Code === 'DuplicateItem') return { state: 'taken', found: error.Item ?? null };
  return { state: 'failed', error: failureOf(error) };
};

/**
 * Sends new items once, in one request: a single one as `PutItem`, up to 25 as statements of which each is executed or refused
 * by itself. Rejects where there was no answer, or one that is about all of them.
 */
export const insertAll = async (
  { client, name: TableName }: { readonly client: DynamoDb; readonly name: string },
  items: readonly Item[],
): Promise<readonly Inserted[]> => {
  const [first, ...others] = items;
  if (first === undefined) return [];
  if (others.length > 0) {
    const Statements = items.map((item) => statementOf(TableName, item));
    const { Responses = [] } = await client.send('BatchExecuteStatement', { Statements });
    // Whatever it may mean, nobody is told that his item is written.
    if (Responses.length !== items.length) throw new Error('The answer does not tell of each statement.');
    return items.map((_, at) => insertedBy(Responses[at]?.Error));
  }
  try {
    await client.send('PutItem', { TableName, Item: first, ...isFree(), ...TELL_WHY });
    return [WRITTEN];
  } catch (error) {
    return [{ state: 'taken', found: inTheWay(error) }];
  }
};
