// The first start: nobody can sign in until somebody used the printed link.
import { expect, ready, test } from '../world/world.ts';

test.use({ empty: true });

test('the printed link makes the first administrator, once', async ({ world }) => {
  const link = world.product.log.match(/http:\/\/\S+\/set-up\?token=[\w-]+/)?.[0];
  expect(link, world.product.log).toBeDefined();

  const stranger = await world.window();
  world.guard.allow(/status of 404|status of 403/);
  await stranger.goto('/set-up?token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
  await expect(stranger.getByLabel('Password', { exact: true })).toHaveCount(0);

  const page = await world.window();
  await page.goto(link!);
  await page.getByLabel('User name', { exact: true }).fill('root.admin');
  await page.getByLabel('Full name', { exact: true }).fill('Rosa Root');
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByRole('button', { name: 'Create administrator', exact: true }).click();

  // Either signed in at once or asked to.
  await expect(page).toHaveURL(/\/(sessions|sign-in)/);
  if (page.url().includes('/sign-in')) {
    await page.getByLabel('User name', { exact: true }).fill('root.admin');
    await page.getByLabel('Password', { exact: true }).fill('a long enough password');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }
  await expect(page).toHaveURL(/\/sessions/);
  await ready(page);
  expect(await world.product.cli(['user', 'list'])).toMatch(/root\.admin.*admin/);

  // The link is used up.
  const late = await world.window();
  await late.goto(link!);
  await expect(late.getByLabel('Full name', { exact: true })).toHaveCount(0);
});
