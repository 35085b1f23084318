import type { PutItemCommandInput, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';

/** A test compares these with what Ballast sends: a floor that does less would flatter nobody. */
const WHY = { ReturnValues: 'UPDATED_NEW', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

const TENANT = 'floor';
const AMOUNT = 11_450_000_000n;
const COST = 400_000_000n;
const DAY_LIMIT = 10n ** 15n;
const MONTH_LIMIT = 10n ** 16n;

const iso = (at: number): string => new Date(at).toISOString();
const budgetKey = (at: number) => ({ pk: { S: `budget#${TENANT}` }, sk: { S: iso(at).slice(0, 7) } });
const dayOf = (at: number): string => `d#${iso(at).slice(0, 10)}`;
const held = (at: number) => ({
  S: `${AMOUNT.toString(36)}|${at.toString(36)}||key_01kbench0000000000000000|claude-sonnet-5-5|gateway`,
});

/** Holds money back in the tenant's item, within its limits. */
export const reserveInput = (TableName: string, id: string, at: number): UpdateItemCommandInput => ({
  TableName,
  Key: budgetKey(at),
  UpdateExpression: 'SET #set0 = :set0 ADD #add0 :add0, #add1 :add1',
  ConditionExpression:
    'attribute_not_exists(#lacks0) AND (attribute_not_exists(#most0) OR #most0 <= :most0) AND ' +
    '(attribute_not_exists(#most1) OR #most1 <= :most1)',
  ExpressionAttributeNames: {
    '#set0': `r#${id}`,
    '#add0': dayOf(at),
    '#add1': 'month',
    '#lacks0': `r#${id}`,
    '#most0': dayOf(at),
    '#most1': 'month',
  },
  ExpressionAttributeValues: {
    ':set0': held(at),
    ':add0': { N: AMOUNT.toString() },
    ':add1': { N: AMOUNT.toString() },
    ':most0': { N: (DAY_LIMIT - AMOUNT).toString() },
    ':most1': { N: (MONTH_LIMIT - AMOUNT).toString() },
  },
  ...WHY,
});

/** Puts what it did cost in the reservation's place. */
export const settleInput = (TableName: string, id: string, at: number): UpdateItemCommandInput => ({
  TableName,
  Key: budgetKey(at),
  UpdateExpression: 'ADD #add0 :add0, #add1 :add1 REMOVE #remove0',
  ConditionExpression: '#has0 = :has0',
  ExpressionAttributeNames: { '#add0': dayOf(at), '#add1': 'month', '#remove0': `r#${id}`, '#has0': `r#${id}` },
  ExpressionAttributeValues: {
    ':add0': { N: (COST - AMOUNT).toString() },
    ':add1': { N: (COST - AMOUNT).toString() },
    ':has0': held(at),
  },
  ...WHY,
});

/** Takes a permit of the tenant's bucket. */
export const rateInput = (TableName: string, at: number): UpdateItemCommandInput => ({
  TableName,
  Key: { pk: { S: `rate#tenant#${TENANT}#requests` }, sk: { S: 'rate' } },
  UpdateExpression: 'SET #set0 = :set0 ADD #add0 :add0',
  ConditionExpression: '(attribute_not_exists(#most0) OR #most0 <= :most0)',
  ExpressionAttributeNames: { '#set0': 'expiresAt', '#add0': 'tat', '#most0': 'tat' },
  ExpressionAttributeValues: {
    ':set0': { N: String(Math.floor(at / 1_000) + 3_600) },
    ':add0': { N: '60000000' },
    ':most0': { N: (10n ** 30n).toString() },
  },
  ...WHY,
});

/** The attempt's usage record. */
export const recordInput = (TableName: string, id: string, at: number): PutItemCommandInput => ({
  TableName,
  Item: {
    pk: { S: `usage#${TENANT}#${iso(at).slice(0, 13)}` },
    sk: { S: id },
    runId: { S: id.split(':')[0] ?? '' },
    tenantId: { S: TENANT },
    keyId: { S: 'key_01kbench0000000000000000' },
    agent: { S: 'gateway' },
    model: { S: 'claude-sonnet-5-5' },
    at: { N: String(at) },
    answered: { BOOL: true },
    inputTokens: { N: '100' },
    outputTokens: { N: '20' },
    cacheReadInputTokens: { N: '0' },
    cacheWrite5mInputTokens: { N: '0' },
    cacheWrite1hInputTokens: { N: '0' },
    webSearchRequests: { N: '0' },
    costPicoUsd: { N: COST.toString() },
    writeId: { S: '0123456789abcdef' },
  },
  ConditionExpression: 'attribute_not_exists(pk)',
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
});
