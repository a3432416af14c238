// What axe finds on every page, in every state: light and dark, wide and on a phone, comfortable and
// compact, contrast and the size of targets included.
import { expectAccessibleInEveryLook } from '../world/accessible.ts';
import { expect, ready, test, type Page } from '../world/world.ts';
import { ReplayPage } from '../world/replay_page.ts';
import { SessionsPage } from '../world/sessions_page.ts';

// Each state is looked at four times.
test.setTimeout(120_000);

test('the sign-in page', async ({ world }) => {
  const page = await world.window();
  await page.goto('/sign-in');
  await expectAccessibleInEveryLook(page);
  await page.goto('/sign-in?error=wrong');
  await expect(page.getByRole('alert')).toBeVisible();
  await expectAccessibleInEveryLook(page);
});

test.describe('a new installation', () => {
  test.use({ empty: true });

  test('the set-up page', async ({ world }) => {
    const link = world.product.log.match(/http:\/\/\S+\/set-up\?token=[\w-]+/)?.[0];
    const page = await world.window();
    await page.goto(link!);
    await expectAccessibleInEveryLook(page);
    await page.goto(`${link!}&error=password`);
    await expect(page.getByRole('alert')).toBeVisible();
    await expectAccessibleInEveryLook(page);
    await page.goto('/set-up?error=link');
    await expectAccessibleInEveryLook(page);
  });
});

test('the sessions page', async ({ world }) => {
  await world.shell();
  const { id } = await world.onlySession();
  const page = await world.sessionsPage('olga');
  const sessions = new SessionsPage(page);
  await expect(sessions.row(id)).toHaveCount(1);
  await expectAccessibleInEveryLook(page);

  await sessions.openView();
  await expect(page.getByRole('checkbox', { name: 'Client', exact: true })).toBeVisible();
  await expectAccessibleInEveryLook(page);
  await page.keyboard.press('Escape');

  await sessions.row(id).getByRole('checkbox', { name: 'Choose', exact: true }).click();
  await expectAccessibleInEveryLook(page);
  await sessions.row(id).getByRole('button', { name: 'Terminate', exact: true }).click();
  await expect(sessions.dialog).toBeVisible();
  await sessions.dialog.getByRole('button', { name: 'Terminate session', exact: true }).click();
  await expect(sessions.dialog.getByRole('alert')).not.toBeEmpty();
  await expectAccessibleInEveryLook(page);
  await page.keyboard.press('Escape');
  await expect(sessions.dialog).toHaveCount(0);

  // Filtered to nothing.
  await page.getByRole('searchbox').first().fill('nothing of that name');
  await expect(sessions.row(id)).toHaveCount(0);
  await expectAccessibleInEveryLook(page);
});

test('what stands around every page', async ({ world }) => {
  const page = await world.sessionsPage('ada');
  await page.getByRole('button', { name: 'Signed in as Ada Admin' }).click();
  await expect(page.getByRole('button', { name: 'Sign out', exact: true })).toBeVisible();
  await expectAccessibleInEveryLook(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard', exact: true })).toBeVisible();
  await expectAccessibleInEveryLook(page);
  await page.keyboard.press('Escape');

  // Not connected, and connected again by itself.
  world.guard.allow(/WebSocket|ERR_CONNECTION|Failed to (load|fetch)|ERR_INTERNET/);
  await world.product.stop();
  await expect(page.getByRole('status').filter({ hasText: 'Stale since' })).toBeVisible();
  await expectAccessibleInEveryLook(page);
  await world.product.start();
});

test('one session, live and ended', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const page = await world.sessionsPage('olga');
  const sessions = new SessionsPage(page);
  await page.goto(`/sessions?watch=${id}`);
  await expect(sessions.screen).toContainText('up-42');
  await expectAccessibleInEveryLook(page);

  await page.goto(`/sessions/${id}`);
  await ready(page);
  await expect(sessions.screen).toContainText('up-42');
  await expectAccessibleInEveryLook(page);
  await sessions.takeControl();
  await expectAccessibleInEveryLook(page);
  await page.keyboard.press('Control+Alt+k');
  await expect(sessions.pane).toContainText('Keyboard: page');
  await expectAccessibleInEveryLook(page);
  await sessions.pane.getByRole('button', { name: 'Message…', exact: true }).click();
  await expect(sessions.dialog).toBeVisible();
  await expectAccessibleInEveryLook(page);
  await page.keyboard.press('Escape');
  await sessions.pane.getByRole('button', { name: 'Release', exact: true }).click();

  terminal.enter('exit');
  await terminal.ends();
  await expect(sessions.pane).toContainText(/closed/i);
  await expectAccessibleInEveryLook(page);

  // A sign-in has no screen.
  const own = (await world.open('CONSOLE'))[0]!;
  await page.goto(`/sessions/${own.id}`);
  await ready(page);
  await expect(sessions.pane).toContainText('Nothing to watch');
  await expectAccessibleInEveryLook(page);
});

test('the wall', async ({ world }) => {
  world.guard.allow(/status of 404/);
  await world.shell();
  const { id } = await world.onlySession();
  const page = await world.sessionsPage('olga');
  await page.goto(`/wall?s=${id},nonsense`);
  const sessions = new SessionsPage(page);
  await expect(sessions.screen).toContainText('up-42');
  await expectAccessibleInEveryLook(page);
  await sessions.takeControl();
  await expectAccessibleInEveryLook(page);
  await page.goto('/wall');
  await expect(page.getByRole('alert')).toBeVisible();
  await expectAccessibleInEveryLook(page);
});

test('a replay', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  terminal.enter('exit');
  await terminal.ends();
  await world.recording(id);
  const replay = new ReplayPage(await world.sessionsPage('olga'));
  await replay.open(id);
  await replay.expectWhole();
  await expectAccessibleInEveryLook(replay.page);
  await replay.badge.click();
  await replay.text.fill('up-42');
  await replay.seek(() => replay.text.press('Enter'));
  await expect(replay.screen.locator('.scr-hit')).not.toHaveCount(0);
  await expectAccessibleInEveryLook(replay.page);
});

test('the lists', async ({ world }) => {
  const page = await world.sessionsPage('ada');
  await visit(page, '/access-logs');
  await visit(page, '/access-logs?user=nobody-of-that-name');
  await visit(page, '/audit');
  await visit(page, '/audit?actor=nobody-of-that-name');
  world.guard.allow(/status of 400/);
  await visit(page, '/access-logs?from=someday');
  await visit(page, '/audit?from=someday');
});

test('what is not there, and what is not for everybody', async ({ world }) => {
  world.guard.allow(/status of 404/);
  const page = await world.sessionsPage('nina');
  await visit(page, '/nowhere');
  await visit(page, '/audit');
  await visit(page, '/sessions/0196e1f2-0000-7000-8000-000000000000');
});

async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await ready(page);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expectAccessibleInEveryLook(page);
}
