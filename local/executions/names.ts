import type { ExecutionKey, Head } from './journal-record.ts';
import { invalid } from './service-error.ts';

/** What the names of the functions begin with in this stage, as the framework writes them. */
const PREFIX = 'ballast-local-';

const FUNCTIONS = `arn:aws:lambda:us-east-1:000000000000:function:${PREFIX}`;

/** Here runs one version of a function, the code as it is. */
export const VERSION = '$LATEST';

export const functionArn = (functionName: string): string => `${FUNCTIONS}${functionName}:${VERSION}`;

export const executionArn = ({ functionName, name, id }: Pick<Head, 'functionName' | 'name' | 'id'>): string =>
  `${functionArn(functionName)}/durable-execution/${name}/${id}`;

const EXECUTION_ARN = /^arn:.*:function:([\w-]+):[\w$.]+\/durable-execution\/([\w-]+)\/([\w-]+)$/;

/** Throws where it is none of an execution here. */
export const parseExecutionArn = (arn: string): ExecutionKey & Pick<Head, 'id'> => {
  const [, functionName = '', name = '', id = ''] = EXECUTION_ARN.exec(arn) ?? [];
  if (!functionName.startsWith(PREFIX)) throw invalid('Invalid durable execution ARN.');
  return { functionName: functionName.slice(PREFIX.length), name, id };
};

const FUNCTION = /^(?:arn:[\w-]+:lambda:[\w-]*:\d{12}:function:|(?:\d{12}:)?function:|)([\w-]+)(?::([\w$.-]+))?$/;

/**
 * The function that a caller of Invoke means, by its name in `functions/`; `null` where it is none of this stage. Its name, a
 * part of its ARN or the whole, with the qualifier in it or beside it, which a durable function needs.
 */
export const parseFunctionName = (text: string, qualifier: string | null): string | null => {
  const [, name = '', inName] = FUNCTION.exec(text) ?? [];
  if (name === '') throw invalid('Invalid function name.');
  if (inName === undefined && qualifier === null) {
    throw invalid('You cannot invoke a durable function using an unqualified ARN.');
  }
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : null;
};

const SEPARATOR = '\n';

/** Names the callback to whoever is to answer it: opaque to them, and of this very execution. */
export const callbackIdOf = (head: Head, operationId: string): string =>
  Buffer.from([head.functionName, head.name, head.id, operationId].join(SEPARATOR)).toString('base64');

export const parseCallbackId = (
  callbackId: string,
): ExecutionKey & { readonly id: string; readonly operationId: string } => {
  const [functionName, name, id, operationId] = Buffer.from(callbackId, 'base64').toString().split(SEPARATOR);
  if (!functionName || !name || !id || !operationId || !/^[\w-]+$/.test(functionName + name)) {
    throw invalid('Invalid callback ID.');
  }
  return { functionName, name, id, operationId };
};
