import { createServer } from 'node:http';

/** A shop to try the agent with: `npm run shop`, beside `npm start`. Delete it once the tool asks the real one. */
const orders: Record<string, object> = { 'A-1234': { userId: 'ann', status: 'shipped' } };

createServer(({ url = '', headers }, response) => {
  const order = orders[url.replace('/orders/', '')];
  const status = headers.authorization === undefined ? 401 : order === undefined ? 404 : 200;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(status === 200 ? order : {}));
}).listen(8080, () => console.log('The shop listens on http://localhost:8080; A-1234 is the order of ann.'));
