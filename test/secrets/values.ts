/** Values in the form that each secret has, made up. */
export const GOOD = {
  anthropic: `sk-ant-api03-${'Ab1_'.repeat(8)}`,
  nextAnthropic: `sk-ant-api03-${'Cd2-'.repeat(8)}`,
  jwt: 'the first secret of an issuer, 32 bytes long',
  nextJwt: 'the second secret of an issuer, 32 bytes long',
  webhooks: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
  nextWebhooks: `whsec_${Buffer.alloc(32, 2).toString('base64')}`,
} as const;
