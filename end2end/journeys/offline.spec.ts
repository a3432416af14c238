// Without the server: a page that says so and comes back by itself, and nothing of anybody's in a cache.
import { join } from 'node:path';
import { expect, ready, signIn, test } from '../world/world.ts';
import { secondBuild } from '../world/second_build.ts';
import { SessionsPage } from '../world/sessions_page.ts';
import { cached, worked } from '../world/worker.ts';

/** What a cache may hold: files of the build under the hash of their contents. */
const HASHED = /^\/pkg\/(?:[^/]+|snippets\/.+)\.[0-9a-f]{16}\.(?:js|wasm|css|woff2|html)$/;

test('a page that cannot be reached says so, and comes back by itself', async ({ world }) => {
  world.guard.allow(/Failed to load resource|WebSocket connection|ERR_/);
  const page = await world.sessionsPage('olga');
  await worked(page);

  await world.product.stop();
  await page.goto('/access-logs?user=alice');
  await expect(page.getByRole('heading', { name: 'Sightline cannot be reached' })).toBeVisible();
  await expect(page).toHaveURL(`${world.product.url}/access-logs?user=alice`);
  await expect(page).toHaveTitle(/Offline/);
  // It is dressed: its style and its script are at hand as well.
  expect(await page.evaluate(() => getComputedStyle(document.querySelector('.card')!).borderRadius)).not.toBe('0px');

  await world.product.start();
  await expect(page.getByRole('heading', { name: 'Access logs', exact: true })).toBeVisible({ timeout: 20_000 });
  await expect(page).toHaveURL(`${world.product.url}/access-logs?user=alice`);
});

test('a device without network says that, and a form that was sent is not sent again', async ({ world }) => {
  world.guard.allow(/Failed to load resource|WebSocket connection|ERR_/);
  const page = await world.window();
  await page.goto('/sign-in');
  await worked(page);
  const context = page.context();

  await context.setOffline(true);
  await signIn(page, 'olga');
  await expect(page.getByRole('heading', { name: 'You are offline' })).toBeVisible();
  expect(new URL(page.url()).pathname).toBe('/sign-in');

  await context.setOffline(false);
  await expect(page.getByLabel('User name', { exact: true })).toBeVisible({ timeout: 20_000 });
  expect(await world.open('CONSOLE')).toEqual([]);
});

test('an open page says that it is offline, and is live again by itself', async ({ world }) => {
  world.guard.allow(/Failed to load resource|WebSocket connection|ERR_/);
  const page = await world.sessionsPage('olga');
  const sessions = new SessionsPage(page);
  await sessions.live();
  await page.context().setOffline(true);
  await world.product.stop();
  await expect(page.getByRole('status').filter({ hasText: /Offline since/ })).toBeVisible({ timeout: 20_000 });
  await page.context().setOffline(false);
  await world.product.start();
  await sessions.live();
});

test('a page that came past the worker is the worker\'s all the same', async ({ world }) => {
  const page = await world.sessionsPage('olga');
  await worked(page);
  const devtools = await page.context().newCDPSession(page);
  await Promise.all([page.waitForEvent('load'), devtools.send('Page.reload', { ignoreCache: true })]);
  await worked(page);
});

test('no cache ever holds more than hashed files and the offline page', async ({ world }) => {
  await world.shell();
  const { id } = await world.onlySession();
  const page = await world.sessionsPage('ada');
  await worked(page);
  for (const path of [`/sessions/${id}`, '/access-logs', '/wall', '/audit', '/sessions']) {
    await page.goto(path);
    await ready(page);
  }
  const held = await cached(page);
  expect(Object.keys(held)).toHaveLength(1);
  const [paths] = Object.values(held);
  expect(paths!.filter((path) => !HASHED.test(path))).toEqual([]);
  expect(paths!.filter((path) => path.endsWith('.html'))).toHaveLength(1);
  // The whole text of all of it, without what only one build has.
  const texts = await page.evaluate(async () => {
    const cache = await caches.open((await caches.keys())[0]!);
    const answers = await Promise.all((await cache.keys()).map((request) => cache.match(request)));
    return Promise.all(answers.map((answer) => answer!.text()));
  });
  for (const text of texts) {
    expect(text.includes(id)).toBe(false);
    expect(/nonce="|'nonce-/.test(text)).toBe(false);
  }
});

test('a new build is taken when the person agrees, and breaks no page that is open', async ({ world }, info) => {
  world.guard.allow(/Failed to load resource|WebSocket connection|ERR_/);
  const page = await world.sessionsPage('olga');
  await worked(page);
  const other = await page.context().newPage();
  await other.goto('/sessions');
  await ready(other);
  const [first] = Object.keys(await cached(page));

  await world.product.stop();
  const { before, after, cache } = secondBuild(info.outputPath('site'));
  world.product.site = join(info.outputPath('site'));
  await world.product.start();

  // Offered, not taken: the worker of the new build waits.
  const banner = page.getByRole('status').filter({ hasText: 'new version' });
  await expect(banner).toBeVisible({ timeout: 20_000 });
  const waiting = () =>
    page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting?.state ?? 'none');
  await expect.poll(waiting).toBe('installed');
  expect(Object.keys(await cached(page)).sort()).toEqual([first, cache].sort());
  expect(await page.locator('link[rel=stylesheet]').getAttribute('href')).toBe(before);

  await banner.getByRole('button').click();
  await expect(page.locator(`link[rel=stylesheet][href="${after}"]`)).toBeAttached();
  await ready(page);
  await expect(banner).toHaveCount(0);
  await expect.poll(async () => Object.keys(await cached(page))).toEqual([cache]);
  expect((await cached(page))[cache]).toContain(after);
  expect((await cached(page))[cache]).not.toContain(before);

  // The other window was not reloaded, and still works with the files of its own build.
  expect(await other.locator('link[rel=stylesheet]').getAttribute('href')).toBe(before);
  const sessions = new SessionsPage(other);
  await sessions.live();
  await sessions.openView();
  await expect(other.getByRole('checkbox', { name: 'Client', exact: true })).toBeVisible();
  expect(await other.evaluate(async (path) => (await fetch(path, { cache: 'reload' })).status, before)).toBe(200);
  await expect(other.getByRole('status').filter({ hasText: 'new version' })).toBeVisible();
});
