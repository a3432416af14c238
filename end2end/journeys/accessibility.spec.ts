// What axe finds, on every page, light and dark, contrast included.
import { expectAccessible } from '../world/accessible.ts';
import { expect, test } from '../world/world.ts';
import { ReplayPage } from '../world/replay_page.ts';
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

    await sessions.takeControl();
    await expectAccessible(page);
    await page.keyboard.press('Control+Alt+k');
    await expectAccessible(page);
    await sessions.pane.getByRole('button', { name: 'Message…', exact: true }).click();
    await expect(sessions.dialog).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await sessions.pane.getByRole('button', { name: 'Release', exact: true }).click();

    await sessions.row(id).getByRole('checkbox', { name: 'Choose', exact: true }).click();
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
  test(`the wall, ${colorScheme}`, async ({ world }) => {
    world.guard.allow(/status of 404/);
    await world.shell();
    const { id } = await world.onlySession();
    const page = await world.sessionsPage('olga', { colorScheme });
    await page.goto(`/wall?s=${id},nonsense`);
    const sessions = new SessionsPage(page);
    await expect(sessions.screen).toContainText('up-42');
    await sessions.takeControl();
    await expectAccessible(page);
  });

  test(`the audit, ${colorScheme}`, async ({ world }) => {
    const page = await world.sessionsPage('ada', { colorScheme });
    await page.goto('/audit');
    await expect(page.getByRole('cell', { name: 'sign-in', exact: true })).not.toHaveCount(0);
    await expectAccessible(page);
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`a replay, ${colorScheme}`, async ({ world }) => {
    const terminal = await world.shell();
    const { id } = await world.onlySession();
    terminal.enter('exit');
    await terminal.ends();
    await world.recording(id);
    const replay = new ReplayPage(await world.sessionsPage('olga', { colorScheme }));
    await replay.open(id);
    await replay.expectWhole();
    await expectAccessible(replay.page);
    await replay.badge.click();
    await replay.text.fill('up-42');
    await replay.seek(() => replay.text.press('Enter'));
    await expect(replay.screen.locator('.scr-hit')).not.toHaveCount(0);
    await expectAccessible(replay.page);
    await replay.page.setViewportSize({ width: 390, height: 844 });
    await expectAccessible(replay.page);
  });
}
