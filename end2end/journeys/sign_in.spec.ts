// Signing in and out, and where that leads.
import { expect, passwordOf, ready, signIn, test, type Page } from '../world/world.ts';
import { SessionsPage } from '../world/sessions_page.ts';

test('a person signs in, is known, and signs out', async ({ world }) => {
  const page = await world.window();
  await page.goto('/sessions');
  await expect(page).toHaveURL(/\/sign-in\?/);

  await signIn(page, 'olga');
  await expect(page).toHaveURL(`${world.product.url}/sessions`);
  await ready(page);
  await expect(page.getByRole('heading', { name: 'Sessions', exact: true })).toBeVisible();

  // A sign-in is itself a session, with its row.
  const [session, ...others] = await world.open('CONSOLE');
  expect(others).toEqual([]);
  expect(session).toMatchObject({
    user: 'olga',
    full_name: 'Olga Owner',
    device: '127.0.0.1',
    client: 'gw-test-1',
    port: world.product.webPort,
    service_url: world.product.url,
    account_name: 'olga',
    service_provider: 'Sightline console',
    agent: null,
    jump_server_group: null,
  });
  await expect(new SessionsPage(page).row(session!.id)).toBeVisible();

  const cookies = await page.context().cookies();
  expect(cookies).toHaveLength(1);
  expect(cookies[0]).toMatchObject({ name: 'sightline', httpOnly: true, sameSite: 'Lax', path: '/' });

  await signOut(page);
  await expect(page).toHaveURL(/\/sign-in/);
  expect(await world.open('CONSOLE')).toEqual([]);
  await page.goto('/sessions');
  await expect(page).toHaveURL(/\/sign-in\?/);

  // The cookie is worth nothing any more, even to who kept it.
  await page.context().addCookies(cookies);
  await page.goto('/sessions');
  await expect(page).toHaveURL(/\/sign-in\?/);
});

test('a wrong password and an unknown user get the same answer', async ({ world }) => {
  const page = await world.window();
  await page.goto('/sign-in');
  await signIn(page, 'olga', 'not the password');
  const alert = page.getByRole('alert');
  await expect(alert).toBeVisible();
  const answer = await alert.innerText();
  expect(answer).not.toBe('');

  await page.goto('/sign-in');
  await page.getByLabel('User name', { exact: true }).fill('nobody-of-that-name');
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(alert).toHaveText(answer);
  expect(await world.open('CONSOLE')).toEqual([]);

  // A slip is forgiven.
  await signIn(page, 'olga');
  await expect(page).toHaveURL(`${world.product.url}/sessions`);
});

test('guessing is throttled, also for the right password, and only for a while', async ({ world }) => {
  const page = await world.window();
  // As a program guesses: the form, without the page.
  const guess = async (password: string) => {
    const answer = await page.request.post('/sign-in', {
      form: { user: 'olga', password },
      headers: { origin: world.product.url },
      maxRedirects: 0,
    });
    expect(answer.status()).toBe(303);
    return answer.headers()['location'] ?? '';
  };
  let answer = '';
  for (let nth = 0; nth < 50 && !answer.includes('throttled'); nth++) answer = await guess(`guess ${nth}`);
  expect(answer).toContain('error=throttled');
  expect(await guess(passwordOf('olga'))).toContain('error=throttled');
  expect(await world.open('CONSOLE')).toEqual([]);
  await page.goto(answer);
  await expect(page.getByRole('alert')).toContainText('Too many attempts');

  await expect(async () => {
    await signIn(page, 'olga');
    await expect(page).toHaveURL(`${world.product.url}/sessions`, { timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
});

test('a link that somebody sent opens after signing in, and only on this site', async ({ world }) => {
  await world.shell();
  const { id } = await world.onlySession();

  const page = await world.window();
  await page.goto(`/sessions/${id}`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await signIn(page, 'olga');
  await expect(page).toHaveURL(`${world.product.url}/sessions/${id}`);
  await expect(new SessionsPage(page).pane).toBeVisible();

  for (const next of ['https://elsewhere.example/', '//elsewhere.example/', '/\\elsewhere.example/']) {
    const other = await world.window();
    await other.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await signIn(other, 'olga');
    await expect(other).toHaveURL(`${world.product.url}/sessions`);
  }
});

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Signed in as Olga Owner' }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
}
