// Ending somebody's sign-in takes their open pages with it.
import { expect, test } from '../world/world.ts';
import { SessionsPage } from '../world/sessions_page.ts';

test('terminating a CONSOLE session signs its user out at once, on every open page', async ({ world }) => {
  // The page asks what became of its session, and is told that nobody is signed in.
  world.guard.allow(/status of 401/);
  await world.shell();
  const ssh = await world.onlySession();
  const page = await world.sessionsPage('olga');
  await new SessionsPage(page).live();
  const watching = await page.context().newPage();
  await watching.goto(`/sessions/${ssh.id}`);
  await expect(new SessionsPage(watching).screen).toContainText('up-42');
  const [console_] = await world.open('CONSOLE');

  const oscar = new SessionsPage(await world.sessionsPage('oscar'));
  const row = oscar.row(console_!.id);
  await expect(row).toContainText('olga');
  await expect(row).toContainText('CONSOLE');
  // A sign-in has no screen.
  await expect(row.getByRole('button', { name: 'Watch', exact: true }).and(row.locator(':enabled'))).toHaveCount(0);
  await oscar.terminate(row, 'Please sign in again');

  // Whatever of a page notices first, it is the reason that is read.
  for (const [left, came] of [[page, '/sessions'], [watching, `/sessions/${ssh.id}`]] as const) {
    await expect(left).toHaveURL(`/sign-in?error=terminated&next=${came}`);
    await expect(left.getByRole('alert')).toContainText('Your session was terminated.');
  }
  await expect(row).toHaveCount(0);
  await page.goto('/sessions');
  await expect(page).toHaveURL(/\/sign-in/);
  expect((await world.open('CONSOLE')).map((session) => session.user)).toEqual(['oscar']);
});
