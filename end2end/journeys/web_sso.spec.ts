// A web application behind nginx: people sign in to it at Sightline, and whoever ends their session signs them out.
import { expect, ready, signIn, test as base, type Page } from '../world/world.ts';
import { expectAccessibleInEveryLook } from '../world/accessible.ts';
import { SessionsPage } from '../world/sessions_page.ts';
import { WebApp } from '../world/web_app.ts';

const test = base.extend<{ app: WebApp }>({
  app: async ({ world }, use) => {
    const app = await WebApp.start(world.product);
    // The guard knows one host; here there are two.
    world.guard.allow(new RegExp(`request to another host: ${app.url}/`));
    await use(app);
    await app.stop();
  },
});

/** Alice opens the application, and signs in on the way. */
async function open(page: Page, app: WebApp, path: string): Promise<void> {
  await page.goto(`${app.url}${path}`);
  await page.waitForURL(/\/sign-in/);
  await signIn(page, 'alice');
  await page.waitForURL(`${app.url}${path}`);
}

test('sign in to an application, see the session, and terminate it', async ({ world, app }) => {
  const alice = await world.window();
  await open(alice, app, '/deals?stage=won&page=2');
  await expect(alice.getByText('alice (Alice Moreno) asked for /deals?stage=won&page=2')).toBeVisible();

  const [session] = await world.open('WebSSO');
  expect(session).toMatchObject({
    user: 'alice',
    full_name: 'Alice Moreno',
    device: '127.0.0.1',
    client: 'gw-test-1',
    port: world.product.webPort,
    service_url: app.url,
    account_name: 'alice',
    service_provider: 'The CRM',
    agent: 'crm',
  });
  const sessions = new SessionsPage(await world.sessionsPage('oscar'));
  const row = sessions.row(session!.id);
  await expect(row).toContainText('WebSSO');
  await expect(row).toContainText('The CRM');
  await expect(row).toContainText(app.url);
  await sessions.terminate(row, 'Maintenance');
  await expect(row).toHaveCount(0);

  // The very next request; Sightline itself still knows her, and yet asks for the password again.
  await alice.reload();
  await alice.waitForURL(/\/sign-in/);
  await expect(alice.getByRole('alert')).toContainText('Your session was terminated');
  await signIn(alice, 'alice');
  await alice.waitForURL(`${app.url}/deals?stage=won&page=2`);
  await expect(alice.getByText('alice (Alice Moreno)')).toBeVisible();
  expect(await world.open('WebSSO')).toHaveLength(1);
});

test('leave an application, and come back without a password', async ({ world, app }) => {
  const alice = await world.window();
  await open(alice, app, '/');
  await alice.getByRole('link', { name: 'Leave' }).click();
  await expect(alice.getByRole('heading', { name: 'You are signed out of the application' })).toBeVisible();
  expect(await world.open('WebSSO')).toEqual([]);
  await ready(alice);
  await expectAccessibleInEveryLook(alice);
  await alice.getByRole('link', { name: 'Sign in again' }).click();
  await alice.waitForURL(`${app.url}/`);
  await expect(alice.getByText('alice (Alice Moreno)')).toBeVisible();
});
