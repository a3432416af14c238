// An application that speaks OpenID Connect: people sign in to it, are seen, and are signed out of it.
import { expectAccessibleInEveryLook } from '../world/accessible.ts';
import { expect, passwordOf, ready, signIn, test, type World } from '../world/world.ts';
import { Application } from '../world/application.ts';
import { SessionsPage } from '../world/sessions_page.ts';

/** A wiki that is known to Sightline, for as long as a journey takes. */
async function withWiki(world: World, journey: (wiki: Application) => Promise<void>): Promise<void> {
  const wiki = await Application.start(world.product.url, 'wiki');
  try {
    wiki.secret = (await world.product.cli(wiki.registration)).trim();
    world.guard.allow(new RegExp(`^request to another host: ${wiki.url}/`));
    await journey(wiki);
  } finally {
    await wiki.stop();
  }
}

test('a session at an application shows, and whoever ends it signs the person out there', async ({ world }) => {
  await withWiki(world, async (wiki) => {
    const sessions = new SessionsPage(await world.sessionsPage('oscar'));
    await sessions.live();
    const page = await world.window();
    await page.goto(wiki.url);
    await expect(page).toHaveURL(/\/sign-in\?next=/);
    await signIn(page, 'alice', 'mistyped');
    await expect(page.getByRole('alert')).toContainText('is wrong');
    await signIn(page, 'alice', passwordOf('alice'));
    await expect(page.getByRole('heading', { name: 'Hello alice' })).toBeVisible();

    const [session] = await world.open('WebSSO');
    expect(session).toMatchObject({
      user: 'alice', full_name: 'Alice Moreno', device: '127.0.0.1', client: 'gw-test-1', port: world.product.webPort,
      service_url: wiki.url, account_name: 'alice', service_provider: 'The wiki', agent: 'wiki',
    });
    const row = sessions.row(session!.id);
    await expect(row).toContainText('The wiki');

    await sessions.terminate(row, 'Maintenance');
    await expect.poll(() => world.open('WebSSO')).toEqual([]);
    await expect(async () => {
      await page.goto(wiki.url);
      await expect(page.getByLabel('Password', { exact: true })).toBeVisible({ timeout: 500 });
    }).toPass();
    await expect(page.getByRole('alert')).toContainText('terminated');
    await signIn(page, 'alice');
    await expect(page.getByRole('heading', { name: 'Hello alice' })).toBeVisible();
  });
});

test('an application that leaves has the person asked, and gets them back', async ({ world }) => {
  await withWiki(world, async (wiki) => {
    const page = await world.window();
    await page.goto(wiki.url);
    await signIn(page, 'alice');
    await page.getByRole('link', { name: 'Leave' }).click();
    await expect(page.getByRole('heading', { name: 'Sign out?' })).toBeVisible();
    await ready(page);
    await expectAccessibleInEveryLook(page);
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'Bye' })).toBeVisible();
    await expect.poll(() => world.open('CONSOLE')).toEqual([]);
    expect(await world.open('WebSSO')).toEqual([]);
  });
});

test('a request that is not the application\u2019s own says so', async ({ world }) => {
  world.guard.allow(/status of 400/);
  const page = await world.window();
  await page.goto('/oidc/authorize?client_id=nobody&redirect_uri=https%3A%2F%2Fevil.test%2F');
  await expect(page.getByRole('heading', { name: 'The application cannot be answered' })).toBeVisible();
  await expect(page.getByText('No application with this name is known here.')).toBeVisible();
  await ready(page);
  await expectAccessibleInEveryLook(page);
});
