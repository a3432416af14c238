// The keyboard help on `?`: what it says, when it comes, and where the focus is afterwards.
import { expectAccessible } from '../world/accessible.ts';
import { expect, test } from '../world/world.ts';
import { SessionsPage } from '../world/sessions_page.ts';

const GROUPS = ['Everywhere', 'Table', 'Headings', 'Filters', 'Live pane', 'Replay'];

test('a question mark opens the help, Escape closes it, and the focus is where it was', async ({ world }) => {
  const page = await world.sessionsPage('olga');
  const link = page.getByRole('link', { name: 'Access logs', exact: true });
  await link.focus();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard', exact: true });
  await expect(help).toBeVisible();
  await expect(help.getByRole('heading', { level: 3 })).toHaveText(GROUPS);
  for (const line of ['Ctrl+A Choose every row that is shown', 'Shift+F10 Alt+↓ The menu of the row or heading']) {
    await expect(help.locator('dl > div').filter({ hasText: line })).toHaveCount(1);
  }
  await expectAccessible(page);

  // It says nothing of the page behind, and a second one does not open.
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await expect(link).toBeFocused();
});

test('it opens on every page, and from the person menu', async ({ world }) => {
  const page = await world.sessionsPage('ada');
  const help = page.getByRole('dialog', { name: 'Keyboard', exact: true });
  for (const name of ['Access logs', 'Audit', 'Sessions']) {
    await page.getByRole('link', { name, exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible();
    await page.keyboard.press('?');
    await expect(help).toBeVisible();
    await help.getByRole('button', { name: 'Close', exact: true }).click();
    await expect(help).toBeHidden();
  }
  await page.getByRole('button', { name: 'Signed in as Ada Admin' }).click();
  await page.getByRole('button', { name: 'Keyboard help' }).click();
  await expect(help).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sign out', exact: true })).toBeHidden();
});

test('whoever types gets a question mark', async ({ world }) => {
  await world.shell();
  const { id } = await world.onlySession();
  const page = await world.sessionsPage('olga');
  const sessions = new SessionsPage(page);
  const help = page.getByRole('dialog', { name: 'Keyboard', exact: true });

  const box = page.getByRole('searchbox').first();
  await box.focus();
  await page.keyboard.type('why?');
  await expect(box).toHaveValue('why?');
  await expect(help).toHaveCount(0);
  await box.fill('');

  // In a question of the page, and in a session.
  await page.goto(`/sessions/${id}`);
  await sessions.pane.getByRole('button', { name: 'Message…', exact: true }).click();
  const message = sessions.dialog.getByRole('textbox', { name: 'Message' });
  await message.fill('');
  await page.keyboard.type('ready?');
  await expect(message).toHaveValue('ready?');
  await page.keyboard.press('Escape');
  await expect(sessions.dialog).toHaveCount(0);

  await sessions.takeControl();
  await page.keyboard.type('echo up-??');
  await expect(sessions.screen).toContainText('echo up-??');
  await expect(help).toHaveCount(0);

  // With the keyboard back at the page it is a wish for help again.
  await page.keyboard.press('Control+Alt+k');
  await expect(sessions.pane).toContainText('Keyboard: page');
  await page.keyboard.press('?');
  await expect(help).toBeVisible();
});
