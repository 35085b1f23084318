import { type Client, query } from '../../api/client.ts';

/** All of a report as CSV, which answers in pages: their lines behind each other, the columns named once. */
export const readCsv = async (
  client: Client,
  path: string,
  asked: Readonly<Record<string, string | undefined>>,
): Promise<Blob> => {
  const pages: string[] = [];
  let cursor: string | null = null;
  do {
    const response = await client.ask(`${path}${query({ ...asked, cursor })}`, { headers: { accept: 'text/csv' } });
    const text = await response.text();
    pages.push(pages.length === 0 ? text : text.slice(text.indexOf('\n') + 1));
    cursor = response.headers.get('next-cursor');
  } while (cursor !== null);
  return new Blob(pages, { type: 'text/csv' });
};
