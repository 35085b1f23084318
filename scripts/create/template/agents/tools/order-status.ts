import { bearer, declined, defineTool, safe, z } from 'ballast';

const Order = z.object({ userId: z.string(), status: z.enum(['packed', 'shipped', 'delivered']) });

const unknown = safe`This user has no order of this number. Ask for the number again.`;

/** How far an order is, for the user who asks and for nobody else. */
export const orderStatus = defineTool({
  name: 'order_status',
  description: 'Tells how far an order is. Use it whenever the user asks about an order and has given its number.',
  input: z.strictObject({ orderId: z.string().check(z.regex(/^[A-Z]-\d{1,9}$/), z.describe('As in A-1234.')) }),
  secrets: { 'shop-api': { description: 'API key of the shop, from its admin page' } },
  endpoints: {
    shop: {
      url: { local: 'http://localhost:8080', default: 'https://shop.example.com/api' },
      authorization: bearer('shop-api'),
    },
  },
  timeoutMs: 5_000,
  fallback: () => 'The shop does not answer at the moment. Tell the user so, and not to order again.',
  async run({ orderId }, { fetch, userId, log }) {
    if (userId === null) throw declined(safe`Nobody is signed in. Ask the user to sign in first.`);
    const response = await fetch('shop', `/orders/${orderId}`);
    if (response.status === 404) throw declined(unknown);
    if (!response.ok) throw new Error(`The shop answered with ${response.status}.`);
    const order = z.parse(Order, await response.json());
    if (order.userId !== userId) {
      log.warn(safe`an order of somebody else was asked for`);
      throw declined(unknown);
    }
    return { status: order.status };
  },
});
