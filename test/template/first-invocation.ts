const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:ballast-dev-execute-run:1/durable-execution';

/** The execution of a run, as events name it. */
export const executionArn = (name: string): string => `${ARN}/${name}/1`;

/** As Lambda calls a durable function for the first time. */
export const firstInvocation = (name: string, payload: string) => ({
  DurableExecutionArn: executionArn(name),
  CheckpointToken: 'token-0',
  InitialExecutionState: {
    Operations: [
      { Id: '1', Type: 'EXECUTION', Status: 'STARTED', StartTimestamp: 0, ExecutionDetails: { InputPayload: payload } },
    ],
    NextMarker: '',
  },
});
