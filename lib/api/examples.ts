/** A body to send for each schema of a request; the tests hold them to the schemas that validate requests. */
export const EXAMPLES: Readonly<Record<string, object>> = {
  RunRequest: { task: 'What is 17 * 23?', maxCostUsd: '0.05' },
  AsyncRunRequest: { task: 'What is 17 * 23?', maxCostUsd: '0.50', onLimit: 'pause' },
  RunMessage: { content: 'Be brief.', interrupt: true },
  ResumeRequest: { maxCostUsd: '1.00' },
  DecisionRequest: {
    decision: 'edit',
    input: { orderId: 'A-17', amountUsd: '10.00' },
    reason: 'The fee stays with us.',
  },
  MessageRequest: {
    model: 'claude-sonnet-5-5',
    max_tokens: 256,
    messages: [{ role: 'user', content: 'What is 17 * 23?' }],
  },
  CountTokensRequest: { model: 'claude-sonnet-5-5', messages: [{ role: 'user', content: 'What is 17 * 23?' }] },
  TenantSettings: { name: 'Acme', requestsPerMinute: 60, dailyBudgetUsd: '5.00' },
  KeyRequest: { name: 'ci', scopes: ['runs:write', 'runs:read'], requestsPerMinute: 10 },
  CircuitRequest: { state: 'isolated' },
};
