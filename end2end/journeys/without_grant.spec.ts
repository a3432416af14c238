// A session that somebody may not see does not exist for them.
import { ACCOUNT, expect, ready, signIn, test } from '../world/world.ts';
import { SessionsPage } from '../world/sessions_page.ts';

const UNKNOWN = '01890a5d-ac96-774b-bcce-b302099a8057';

test('without the grant there is nothing to see', async ({ world }) => {
  world.guard.allow(/status of 404/);
  const terminal = await world.shell();
  const { id } = await world.onlySession();

  const page = await world.sessionsPage('nina');
  const sessions = new SessionsPage(page);
  await sessions.live();
  // Her own sign-in is there, so the feed has come; the session of Alice is not.
  const [mine] = (await world.open('CONSOLE')).filter((session) => session.user === 'nina');
  await expect(sessions.row(mine!.id)).toHaveCount(1);
  await expect(sessions.grid.locator('[data-session]')).toHaveCount(1);
  expect(await page.content()).not.toContain(id);

  // Its page is the same as that of a session that never was.
  const pages: string[] = [];
  for (const asked of [id, UNKNOWN]) {
    const answer = await page.goto(`/sessions/${asked}`);
    expect(answer?.status()).toBe(404);
    await ready(page);
    await expect(sessions.pane).toHaveCount(0);
    pages.push((await page.getByRole('main').innerText()).replaceAll(asked, ''));
  }
  expect(pages[0]).toBe(pages[1]);
  await expect(page.getByRole('heading').first()).toBeVisible();

  // So is the API's answer, and so is the socket's.
  const token = await world.token('nina');
  const answers = await Promise.all([id, UNKNOWN].map((asked) => world.product.get(`/api/v1/sessions/${asked}`, token)));
  for (const answer of answers) {
    expect(answer.status).toBe(404);
    expect(answer.type).toContain('application/problem+json');
  }
  expect(answers[0]!.body.replaceAll(id, '')).toBe(answers[1]!.body.replaceAll(UNKNOWN, ''));
  expect((await world.product.sessions(token)).map((session) => session.user)).toEqual(['nina']);
  const terminate = await world.product.post(`/api/v1/sessions/${id}/terminate`, token, { reason: 'because' });
  expect(terminate.status).toBe(404);
  expect(terminal.running).toBe(true);
});

test('without signing in there is only the sign-in page', async ({ world }) => {
  await world.shell();
  const { id } = await world.onlySession();
  const page = await world.window();
  await page.goto(`/sessions/${id}`);
  await expect(page).toHaveURL(/\/sign-in\?/);
  for (const path of ['/api/v1/sessions', `/api/v1/sessions/${id}`, `/api/v1/sessions/${UNKNOWN}`]) {
    for (const token of [undefined, 'not-a-token']) {
      const answer = await world.product.get(path, token);
      expect(answer.status).toBe(401);
      expect(answer.type).toContain('application/problem+json');
    }
  }
});

test('a grant that is given or taken shows on the open page at once', async ({ world }) => {
  // The pane asks what became of its session, which is none any more.
  world.guard.allow(/status of 40[34]/);
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const page = await world.sessionsPage('nina');
  const sessions = new SessionsPage(page);
  await sessions.live();
  await expect(sessions.row(id)).toHaveCount(0);

  // A manager looks after the account and sees none of its sessions.
  await world.product.cli(['grant', 'add', 'nina', 'manager', ACCOUNT]);
  const manager = await world.product.get(`/api/v1/sessions/${id}`, await world.token('nina'));
  expect(manager.status).toBe(404);

  await world.product.cli(['grant', 'add', 'nina', 'owner', ACCOUNT]);
  await expect(sessions.row(id)).toHaveCount(1);
  await sessions.row(id).getByRole('button', { name: 'Watch', exact: true }).click();
  await expect(sessions.screen).toContainText('up-42');

  await world.product.cli(['grant', 'remove', 'nina', 'owner', ACCOUNT]);
  await expect(sessions.row(id)).toHaveCount(0);
  terminal.enter('echo "secret-$((500 + 5))"');
  await terminal.shows(/secret-505/);
  await expect.poll(async () => (await world.onlySession()).watchers).toBe(0);
  expect(await page.content()).not.toContain('secret-505');
});

test('a disabled user is out at once', async ({ world }) => {
  const page = await world.sessionsPage('olga');
  await new SessionsPage(page).live();
  await world.product.cli(['user', 'disable', 'olga']);
  await expect(page).toHaveURL(/\/sign-in/);
  await signIn(page, 'olga');
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page).toHaveURL(/\/sign-in/);
});
