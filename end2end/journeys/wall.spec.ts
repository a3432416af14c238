// Several sessions side by side, each live, one with the keyboard.
import { expect, ready, test, type Page } from '../world/world.ts';
import { SessionsPage } from '../world/sessions_page.ts';

const UNKNOWN = '01890a5d-ac96-774b-bcce-b302099a8057';

/** The tiles of the wall, in their order. */
const tiles = (page: Page) => page.getByRole('region', { name: 'Live session' });

test('three sessions are chosen, watched side by side, and one of them is typed into', async ({ world }) => {
  const terminals = [await world.shell(), world.connect(), world.connect()];
  for (const terminal of terminals.slice(1)) await terminal.answers();
  await expect.poll(async () => (await world.open('PAM SSH')).length).toBe(3);
  for (const [nth, terminal] of terminals.entries()) {
    terminal.enter(`clear; echo "name-$((100 + ${nth}))"`);
    await terminal.shows(new RegExp(`name-10${nth}`));
  }
  const page = await world.sessionsPage('olga');
  const sessions = new SessionsPage(page);
  await expect(sessions.sshRows).toHaveCount(3);

  // By mouse, with Ctrl, and by keyboard.
  await sessions.sshRows.nth(0).getByRole('checkbox', { name: 'Choose', exact: true }).click();
  await sessions.sshRows.nth(1).getByRole('gridcell').first().click({ modifiers: ['Control'] });
  await sessions.sshRows.nth(2).getByRole('gridcell').first().click();
  await page.keyboard.press('Space');
  for (const nth of [0, 1, 2]) {
    await expect(sessions.sshRows.nth(nth).getByRole('checkbox', { name: 'Choose', exact: true })).toBeChecked();
  }
  await page.getByRole('button', { name: 'Watch 3 side by side', exact: true }).click();
  await expect(page).toHaveURL(/\/wall\?s=/);
  await expect(tiles(page)).toHaveCount(3);
  for (const nth of [0, 1, 2]) await expect(tiles(page).filter({ hasText: `name-10${nth}` })).toHaveCount(1);
  expect(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true);

  // Control of one: keys go there and nowhere else, and each is still live.
  const second = tiles(page).filter({ hasText: 'name-101' });
  await second.getByRole('document').click();
  await expect(page.getByRole('button', { name: 'Take control', exact: true })).toHaveCount(1);
  await second.getByRole('button', { name: 'Take control', exact: true }).click();
  await expect(second).toContainText('Keyboard: session');
  await page.keyboard.type('echo "into-$((200 + 2))"');
  await page.keyboard.press('Enter');
  await terminals[1]!.shows(/into-202/);
  const first = tiles(page).filter({ hasText: 'name-100' });
  await first.getByRole('document').click();
  await expect(second).toContainText('Keyboard: page');
  await page.keyboard.type('nowhere');
  terminals[0]!.enter('echo "live-$((300 + 3))"');
  await expect(first).toContainText('live-303');
  for (const terminal of terminals) expect(terminal.output).not.toContain('nowhere');

  // One ends, says so, and stays until it is taken away; the address then has the others.
  terminals[2]!.enter('exit');
  await terminals[2]!.ends();
  const third = tiles(page).filter({ hasText: 'name-102' });
  await expect(third).toContainText(/closed/i);
  await third.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(tiles(page)).toHaveCount(2);
  await expect(second).toContainText('You have control');

  // The link can be sent.
  const other = await world.sessionsPage('oscar');
  await other.goto(page.url());
  await expect(tiles(other)).toHaveCount(2);
  await expect(tiles(other).filter({ hasText: 'into-202' })).toContainText('Olga Owner has control');
});

test('what may not be seen is not there, and ten are too many', async ({ world }) => {
  world.guard.allow(/status of 404/);
  await world.shell();
  const { id } = await world.onlySession();
  const page = await world.sessionsPage('nina');
  await page.goto(`/wall?s=${id},${UNKNOWN},nonsense`);
  await ready(page);
  await expect(page.getByRole('alert').filter({ hasText: 'There is no such session.' })).toHaveCount(3);
  await expect(tiles(page)).toHaveCount(0);

  await page.goto(`/wall?s=${Array.from({ length: 10 }, (_, nth) => UNKNOWN.slice(0, -1) + nth).join(',')}`);
  await expect(page.getByRole('alert')).toContainText('up to 9 can be watched side by side');
  await page.goto('/wall');
  await expect(page.getByRole('alert')).toContainText('Choose sessions in the table');
});
