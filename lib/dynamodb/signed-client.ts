import type { Connection } from '../aws/connection.ts';
import { AwsFailure } from '../aws/failure.ts';
import { createJsonService } from '../aws/json-service.ts';
import type { Clock } from '../kernel/clock.ts';
import { decoded, encoded, toWire } from './bytes.ts';
import { ANSWER_LIMIT_MS } from './limits.ts';
import type { DynamoDbClient, OperationName, Operations } from './types.ts';

const DIALECT = {
  service: 'dynamodb',
  target: 'DynamoDB_20120810',
  version: '1.0',
  idleTimeoutMs: ANSWER_LIMIT_MS,
} as const;

type Attributes = Parameters<typeof encoded>[0];
type WireAttributes = Parameters<typeof decoded>[0];

/** Where an input holds attributes. */
const INPUTS = ['Item', 'Key', 'ExpressionAttributeValues', 'ExclusiveStartKey'] as const;
/** Where an answer or a refusal does; `Items` holds many. */
const ANSWERS = ['Item', 'Attributes', 'LastEvaluatedKey'] as const;

type Statements = NonNullable<Operations['BatchExecuteStatement']['input']['Statements']>;
type Responses = readonly { readonly Error?: { readonly Item?: WireAttributes } }[];

const wireInput = (input: Readonly<Record<string, unknown>>): object => {
  const wire = { ...input };
  for (const name of INPUTS) if (wire[name] !== undefined) wire[name] = encoded(wire[name] as Attributes);
  if (wire['Statements'] !== undefined)
    wire['Statements'] = (wire['Statements'] as Statements).map(({ Parameters = [], ...rest }) => ({
      ...rest,
      Parameters: Parameters.map(toWire),
    }));
  return wire;
};

const readResponses = (responses: Responses): object[] =>
  responses.map(({ Error: failure, ...rest }) =>
    failure === undefined
      ? rest
      : { ...rest, Error: failure.Item === undefined ? failure : { ...failure, Item: decoded(failure.Item) } },
  );

const readAnswer = (answer: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const read = { ...answer };
  for (const name of ANSWERS) if (read[name] !== undefined) read[name] = decoded(read[name] as WireAttributes);
  if (read['Items'] !== undefined) read['Items'] = (read['Items'] as WireAttributes[]).map(decoded);
  if (read['Responses'] !== undefined) read['Responses'] = readResponses(read['Responses'] as Responses);
  return read;
};

/** A DynamoDB spoken to directly; what that costs and saves is in docs/adr/0017. */
export const createSignedDynamoDb = (connection: Connection, clock: Clock): DynamoDbClient => {
  const service = createJsonService(DIALECT, connection, clock);
  return {
    async send<Name extends OperationName>(operation: Name, input: Operations[Name]['input'], signal?: AbortSignal) {
      try {
        const answer = await service.send(operation, wireInput({ ...input }), signal);
        return readAnswer(answer);
      } catch (error) {
        if (!(error instanceof AwsFailure) || error.details['Item'] === undefined) throw error;
        // As the SDK names it, and not where it would be printed with the error.
        throw Object.defineProperty(error, 'Item', { value: decoded(error.details['Item'] as WireAttributes) });
      }
    },
    destroy: () => service.destroy(),
  };
};
