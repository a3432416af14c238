// What axe finds, on every page, light and dark, contrast included.
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '../world/world.ts';
import { SessionsPage } from '../world/sessions_page.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the sign-in page, ${colorScheme}`, async ({ world }) => {
    const page = await world.window({ colorScheme });
    await page.goto('/sign-in');
    await expectAccessible(page);
    await page.goto('/sign-in?error=wrong');
    await expect(page.getByRole('alert')).toBeVisible();
    await expectAccessible(page);
  });

  test(`the sessions page and the live pane, ${colorScheme}`, async ({ world }) => {
    const terminal = await world.shell();
    const { id } = await world.onlySession();
    const page = await world.sessionsPage('olga', { colorScheme });
    const sessions = new SessionsPage(page);
    await expect(sessions.row(id)).toHaveCount(1);
    await expectAccessible(page);

    await sessions.openView();
    await expect(page.getByRole('checkbox', { name: 'Client', exact: true })).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press('Escape');

    await sessions.row(id).getByRole('button', { name: 'Watch', exact: true }).click();
    await expect(sessions.screen).toContainText('up-42');
    await expectAccessible(page);

    await sessions.row(id).getByRole('button', { name: 'Terminate', exact: true }).click();
    await expect(sessions.dialog).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await expect(sessions.dialog).toHaveCount(0);

    terminal.enter('exit');
    await terminal.ends();
    await expect(sessions.pane).toContainText(/closed/i);
    await expectAccessible(page);
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the audit, ${colorScheme}`, async ({ world }) => {
    const page = await world.sessionsPage('ada', { colorScheme });
    await page.goto('/audit');
    await expect(page.getByRole('cell', { name: 'sign-in', exact: true })).not.toHaveCount(0);
    await expectAccessible(page);
  });
}

/** Everything of WCAG 2.2 A and AA that can be checked by a program. */
async function expectAccessible(page: Page): Promise<void> {
  // What is still fading in has no contrast yet.
  await page.evaluate(async () => {
    const moving = document.getAnimations().filter((animation) => {
      const { iterations } = animation.effect?.getComputedTiming() ?? {};
      return iterations !== Infinity;
    });
    await Promise.allSettled(moving.map((animation) => animation.finished));
  });
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .setLegacyMode(true)
    .analyze();
  const found = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => `    ${node.html}\n    ${node.failureSummary}`).join('\n')}`,
  );
  expect(found).toEqual([]);
}
