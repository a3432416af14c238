// Without the server: a page that says so and comes back by itself, and nothing of anybody's in a cache.
import { expect, ready, signIn, test } from '../world/world.ts';
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
