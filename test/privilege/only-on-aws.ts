import type { Grant } from './policy.ts';

/** What is granted to a function although no test sees the function ask for it, and why. */
export interface OnlyOnAws extends Grant {
  readonly why: string;
  /** Of one function; default: of each. */
  readonly of?: string;
}

const OF_EACH = 'Lambda writes with the role of the function what that prints';
const GIVEN_UP = 'Lambda puts there with the role of the function an event that it has given up';

/** The log group of a function, by the id that the framework gives it. */
const logGroupOf = (name: string): string =>
  `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('-', 'Dash')}LogGroup`;

const EXECUTIONS = 'arn:aws:lambda:us-east-1:000000000000:function:ballast-dev-execute-run:*';

/** The exceptions of one function. One that its role lacks, or that it does ask for, is as wrong as one that is missing. */
export const onlyOnAws = (name: string): readonly OnlyOnAws[] =>
  [
    { action: 'logs:CreateLogStream', resource: logGroupOf(name), key: null, why: OF_EACH },
    { action: 'logs:PutLogEvents', resource: logGroupOf(name), key: null, why: OF_EACH },
    { of: 'execute-run', action: 'sqs:SendMessage', resource: 'RunDeadLetters', key: null, why: GIVEN_UP },
    { of: 'project-run-status', action: 'sqs:SendMessage', resource: 'RunStatusDeadLetters', key: null, why: GIVEN_UP },
    { of: 'notify-alarm', action: 'sqs:SendMessage', resource: 'NotifyDeadLetters', key: null, why: GIVEN_UP },
    {
      of: 'execute-run',
      action: 'lambda:GetDurableExecutionState',
      resource: EXECUTIONS,
      key: null,
      why: 'the SDK asks so for the rest of a journal of more than a thousand steps',
    },
  ].filter(({ of = name }: Partial<OnlyOnAws>) => of === name);
