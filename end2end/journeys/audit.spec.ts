// The audit: what people did is there to be read, found and taken along by those who may.
import { readFile } from 'node:fs/promises';
import { expect, ready, signIn, test, type Page } from '../world/world.ts';
import { SessionsPage } from '../world/sessions_page.ts';

const REASON = 'Maintenance window';

test('who watched and who ended a session is found, and exported', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const olga = new SessionsPage(await world.sessionsPage('olga'));
  await olga.row(id).getByRole('button', { name: 'Watch', exact: true }).click();
  await expect(olga.screen).toContainText('up-42');
  await olga.pane.getByRole('button', { name: 'Terminate', exact: true }).click();
  await olga.confirm(REASON);
  await terminal.ends();
  await expect(olga.pane).toContainText(/terminated/i);

  const page = await world.sessionsPage('ada');
  await page.getByRole('link', { name: 'Audit', exact: true }).click();
  await expect(page).toHaveURL(/\/audit$/);
  await expect(page.getByRole('heading', { name: 'Audit' })).toBeVisible();
  await expect(rows(page).filter({ hasText: 'sign-in' }).filter({ hasText: 'olga' })).not.toHaveCount(0);

  await page.getByLabel('Who', { exact: true }).fill('olga');
  await page.getByLabel('What', { exact: true }).selectOption('terminated');
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await expect(page).toHaveURL(/actor=olga&action=terminated/);
  await ready(page);
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText(REASON);

  // From one event to everything about its session; the watching ended when the session did.
  await rows(page).getByRole('link').click();
  await expect(page).toHaveURL(new RegExp(`/audit\\?session=${id}$`));
  await expect(rows(page).filter({ hasText: 'watched' })).toContainText(/\d+ s/);
  await expect(rows(page).filter({ hasText: 'sign-in' })).toHaveCount(0);

  const noted = async () => Number((await world.product.cli(['audit', 'verify'])).match(/(\d+) events/)?.[1]);
  const before = await noted();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download CSV', exact: true }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^sightline-audit-\d{4}-\d\d-\d\d\.csv$/);
  const lines = (await readFile(await file.path(), 'utf8')).split('\r\n');
  expect(lines[0]).toBe('Number,Time,Who,What,To whom or what,Session id,Device,Detail');
  expect(lines.filter((line) => line.includes(id))).toHaveLength(lines.length - 2);
  expect(lines.some((line) => line.includes('olga,terminated') && line.includes(REASON))).toBe(true);

  // The page is of the moment in which it is asked for; the file was noted when its last line was read.
  await expect.poll(noted).toBeGreaterThan(before);
  await page.getByRole('link', { name: 'Clear', exact: true }).click();
  await expect(page).toHaveURL(/\/audit$/);
  await expect(rows(page).filter({ hasText: 'exported' })).toContainText(`filter: session ${id}`);
  expect(await world.product.cli(['audit', 'verify'])).toContain('the audit is whole');
});

test('an address shows its page of events, and an operator has no such page', async ({ world }) => {
  world.guard.allow(/status of 404/);
  const page = await world.sessionsPage('oscar');
  await expect(page.getByRole('link', { name: 'Audit', exact: true })).toHaveCount(0);
  expect((await page.goto('/audit'))?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible();
  await page.context().close();

  const ada = await world.window();
  await ada.goto('/audit?before=3');
  await signIn(ada, 'ada');
  await expect(ada).toHaveURL(/\/audit\?before=3$/);
  await expect(rows(ada)).toHaveCount(2);
  await ada.getByRole('link', { name: 'Newest', exact: true }).click();
  await expect(ada).toHaveURL(/\/audit$/);
  await expect(rows(ada).first()).toContainText('sign-in');
});

function rows(page: Page) {
  return page.getByRole('region', { name: 'Events' }).locator('tbody').getByRole('row');
}
