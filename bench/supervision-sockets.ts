import { atMost, type Section } from './section.ts';
import { BURSTS, CALLS, SEQUENCES, socketsAtOnce, socketsOneByOne } from './supervision-count-sockets.ts';

/** Counts the connections that model calls need. */
export const sockets = async (): Promise<Section> => {
  const rows: string[][] = [];
  const breaches: string[] = [];
  for (const [what, { each, most }] of SEQUENCES) {
    const opened = await socketsOneByOne(each);
    const name = `${CALLS} one after the other, every tenth ${what}`;
    rows.push([name, String(opened), '']);
    breaches.push(...atMost(`The number of connections of ${name},`, opened, most));
  }
  for (const [what, { leaves, most }] of BURSTS) {
    const { first, again } = await socketsAtOnce(leaves);
    const name = `${CALLS} at once, ${what}`;
    rows.push([name, String(first), String(again)]);
    breaches.push(...atMost(`The number of connections of ${name}, and as many once more,`, again, most));
  }
  return {
    title: 'Connections to the model',
    columns: ['calls', 'connections opened', `after ${CALLS} more at once`],
    rows,
    meaning:
      'Supervised attempts with two keys in turns, counted where they arrive. All keys share one pool of kept connections: a ' +
      'call that was read to its end gives its connection back, and only one that broke off in its middle loses it; Node’s ' +
      'fetch then opens one more than it needs and lets it go. It frees a connection one turn of the event loop after the end ' +
      'of the body: between two calls of a run a store is asked, which takes longer; here some turns are waited for. A test ' +
      'holds these counts.',
    breaches,
  };
};
