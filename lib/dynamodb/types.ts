import type {
  BatchExecuteStatementCommandInput,
  BatchExecuteStatementCommandOutput,
  DeleteItemCommandInput,
  DeleteItemCommandOutput,
  GetItemCommandInput,
  GetItemCommandOutput,
  PutItemCommandInput,
  PutItemCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';

/** The operations that the tables need, with what goes in and comes out, as DynamoDB's API has them. */
export interface Operations {
  GetItem: { readonly input: GetItemCommandInput; readonly output: Pick<GetItemCommandOutput, 'Item'> };
  Query: {
    readonly input: QueryCommandInput;
    readonly output: Pick<QueryCommandOutput, 'Items' | 'LastEvaluatedKey'>;
  };
  PutItem: { readonly input: PutItemCommandInput; readonly output: Pick<PutItemCommandOutput, 'Attributes'> };
  UpdateItem: { readonly input: UpdateItemCommandInput; readonly output: Pick<UpdateItemCommandOutput, 'Attributes'> };
  BatchExecuteStatement: {
    /** Each statement names its table. */
    readonly input: BatchExecuteStatementCommandInput & { readonly TableName?: undefined };
    readonly output: Pick<BatchExecuteStatementCommandOutput, 'Responses'>;
  };
  DeleteItem: { readonly input: DeleteItemCommandInput; readonly output: Pick<DeleteItemCommandOutput, 'Attributes'> };
}

export type OperationName = keyof Operations;

/**
 * A DynamoDB, one operation at a time, each sent once: only the caller knows which may be repeated. A refusal has the
 * service's name for it, `$metadata.httpStatusCode`, and `Item` where it was asked for.
 */
export interface DynamoDb {
  send<Name extends OperationName>(
    operation: Name,
    input: Operations[Name]['input'],
    signal?: AbortSignal,
  ): Promise<Operations[Name]['output']>;
}

/** One that holds connections. */
export interface DynamoDbClient extends DynamoDb {
  /** Lets go of them; what is under way breaks. */
  destroy(): void;
}
