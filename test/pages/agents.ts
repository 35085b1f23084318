import { describe, expect, it } from 'vitest';
import { agents } from '#agents';
import { LOOKS, openPage, signIn, type Stage } from './browser.ts';

const ADMIN = 'ballast-dev-admin-key';
const prompt = agents.find(({ name }) => name === 'assistant')?.system ?? '';

export const agentsInTheConsole = (stage: Stage) =>
  describe('agents in the console', () => {
    it.each(LOOKS)('show an administrator prompt, limits, endpoints and tests (%s)', async (look, options) => {
      const { page, complaints, looksRight } = await openPage(stage, options);
      await signIn(page, stage, ADMIN);
      await page.getByRole('link', { name: 'Agents' }).click();
      const assistant = page.getByRole('region', { name: 'assistant', exact: true });
      await assistant.locator('summary', { hasText: 'Prompt' }).click();
      await expect.poll(() => assistant.getByLabel('The prompt of assistant').textContent()).toBe(prompt);
      await assistant.locator('summary', { hasText: 'get_weather' }).click();
      const endpoints = page.getByRole('region', { name: 'The endpoints of get_weather' });
      const forecast = endpoints.getByRole('row', { name: /forecast/ });
      expect(await forecast.textContent()).toContain(`${stage.target.url}/weather`);
      await assistant.getByText('at most 5.0 s').waitFor();
      expect(await assistant.getByText('nothing declared').count()).toBeGreaterThan(1);
      expect(await assistant.getByLabel('Limits').textContent()).toContain('Output tokens of a call4096');
      const clerk = page.getByRole('region', { name: 'clerk', exact: true });
      await clerk.locator('summary', { hasText: 'issue_refund' }).getByText('a person approves').waitFor();
      expect(await clerk.getByLabel('The tests of clerk').textContent()).toMatch(
        /^npx vitest run agents\/clerk\.test\.ts \\\n {2}agents\/tools\/issue-refund\.test\.ts/,
      );
      await looksRight(`agents-${look}`);
      await clerk.getByRole('link', { name: 'clerk' }).click();
      await assistant.waitFor({ state: 'detached' });
      expect(new URL(page.url()).hash).toBe('#/agents/clerk');
      await clerk.waitFor();
      expect(complaints).toEqual([]);
    });

    it('hide prompts and endpoints from a key that only runs them', async () => {
      const { page, complaints } = await openPage(stage);
      await signIn(page, stage, 'ballast-dev-key');
      await page.getByRole('link', { name: 'Agents' }).click();
      await page.getByText('shown to a key with the scope admin').waitFor();
      const assistant = page.getByRole('region', { name: 'assistant', exact: true });
      await assistant.locator('summary', { hasText: 'get_weather' }).click();
      await assistant.getByLabel('The input of get_weather').waitFor();
      expect(await page.locator('main').innerText()).not.toMatch(/open-meteo|Prompt \d/);
      expect(complaints).toEqual([]);
    });
  });
