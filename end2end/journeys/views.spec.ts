// Saved views: what a person arranged is kept, saved, shared and restored from the address, by mouse and keyboard.
import { expectAccessible } from '../world/accessible.ts';
import { expect, ready, test, type Page, type Person, type World } from '../world/world.ts';
import { COLUMNS, SessionsPage } from '../world/sessions_page.ts';

const box = (page: Page) => page.getByRole('searchbox', { name: 'Filter sessions' });
const sentences = (page: Page) => page.getByRole('list', { name: 'Filters', exact: true }).locator('.ask-text');
const button = (page: Page) => page.getByRole('button', { name: /^Views/ });
const panel = (page: Page) => page.getByRole('dialog', { name: 'Views' });
const rows = (page: Page) => new SessionsPage(page).grid.locator('[data-session]');

/** The query of the address, as soon as it has come to rest on this. */
async function expectQuery(page: Page, query: Record<string, string>): Promise<void> {
  await expect
    .poll(() => Object.fromEntries(new URL(page.url()).searchParams), { message: 'the address' })
    .toEqual(query);
}

async function open(page: Page): Promise<void> {
  if (await panel(page).isHidden()) await button(page).click();
  await expect(panel(page)).toBeVisible();
}

async function saveAs(page: Page, name: string): Promise<void> {
  await open(page);
  await panel(page).getByRole('textbox', { name: 'Name of the view' }).fill(name);
  await panel(page).getByRole('button', { name: 'Save as new' }).click();
  await expect(panel(page).getByRole('button', { name, exact: true })).toBeVisible();
}

/** Deletes a view, and waits until it is gone: its name stands in the question, too. */
async function remove(page: Page, name: string, question: string): Promise<void> {
  await panel(page).getByRole('button', { name: `Delete ${name}` }).click();
  await expect(panel(page)).toContainText(question);
  await panel(page).getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(panel(page)).not.toContainText(name);
}

/** Another window of that person at the address of a page. */
async function elsewhere(world: World, person: Person, page: Page): Promise<Page> {
  const other = await world.sessionsPage(person);
  const url = new URL(page.url());
  await other.goto(url.pathname + url.search);
  await ready(other);
  return other;
}

test('the address follows what is arranged, and restores it for somebody else', async ({ world }) => {
  await world.shell();
  const page = await world.sessionsPage('oscar');
  const sessions = new SessionsPage(page);
  await expect(rows(page)).toHaveCount(2);
  await expectQuery(page, {});
  const before = await page.evaluate(() => history.length);

  await box(page).fill('user:alice type:ssh moreno');
  await box(page).press('Enter');
  await sessions.header('User').click();
  await sessions.header('Device').focus();
  await page.keyboard.press('Shift+ArrowRight');
  const columns = ['User', 'Client', 'Device', ...COLUMNS.slice(3)];
  await sessions.expectColumns(columns);
  await expectQuery(page, {
    filter: 'user:alice type:ssh moreno',
    sort: 'user',
    columns: 'user,client,device,start_date,type,port,service_url,account_name,service_provider',
  });
  // It reads as it was typed, and every change is the same entry of the history.
  expect(page.url()).toContain('filter=user:alice%20type:ssh%20moreno&sort=user&columns=user,client,device,');
  expect(await page.evaluate(() => history.length)).toBe(before);

  const ada = await elsewhere(world, 'ada', page);
  await expect(sentences(ada)).toHaveText(['user is alice', 'type is PAM SSH']);
  await expect(box(ada)).toHaveValue('moreno');
  await expect(rows(ada)).toHaveCount(1);
  await new SessionsPage(ada).expectColumns(columns);
  await expect(new SessionsPage(ada).header('User')).toHaveAttribute('aria-sort', 'ascending');

  // The live pane opens beside it, and the way back leads to the same.
  const { id } = await world.onlySession();
  await sessions.row(id).getByRole('button', { name: 'Watch', exact: true }).click();
  await expect(sessions.screen).toContainText('up-42');
  expect(new URL(page.url()).searchParams.get('watch')).toBe(id);
  expect(new URL(page.url()).searchParams.get('sort')).toBe('user');
  await page.goBack();
  await expect(sessions.pane).toBeHidden();
  await expect(rows(page)).toHaveCount(1);
  await page.goto(`/sessions?watch=${id}`);
  await expect(sessions.screen).toContainText('up-42');
});

test('what an address asks for and nobody understands is said', async ({ world }) => {
  const page = await world.sessionsPage('oscar');
  await page.goto('/sessions?filter=usr:alice%20type:console&sort=nonsense&columns=user,gone,type&pin=type');
  await ready(page);
  await expect(page.locator('#filter-hint')).toContainText('There is no filter “usr”: did you mean user:alice?');
  await expect(box(page)).toHaveValue('usr:alice');
  await expect(sentences(page)).toHaveText(['type is CONSOLE']);
  await new SessionsPage(page).expectColumns(['Type', 'User']);
  await expectQuery(page, { filter: 'type:console', columns: 'type,user', pin: 'type' });
});

test('what was arranged last is there again, without an address', async ({ world }) => {
  await world.shell();
  const page = await world.sessionsPage('oscar');
  await box(page).fill('type:ssh');
  await box(page).press('Enter');
  await new SessionsPage(page).header('User').click();
  await expect(async () => {
    const again = await world.sessionsPage('oscar');
    try {
      await expect(sentences(again)).toHaveText(['type is PAM SSH'], { timeout: 2_000 });
      await expect(new SessionsPage(again).header('User')).toHaveAttribute('aria-sort', 'ascending');
    } finally {
      await again.context().close();
    }
  }).toPass();

  await open(page);
  await panel(page).getByRole('button', { name: 'Reset to default' }).click();
  await expect(sentences(page)).toHaveCount(0);
  await expectQuery(page, {});
  // Another person has an arrangement of their own.
  const ada = await world.sessionsPage('ada');
  await expect(sentences(ada)).toHaveCount(0);
});

test('views are saved, changed, renamed and deleted', async ({ world }) => {
  // A name that is taken.
  world.guard.allow(/status of 403/);
  await world.shell();
  const page = await world.sessionsPage('oscar');
  await box(page).fill('type:ssh');
  await box(page).press('Enter');
  await open(page);
  await expectAccessible(page);
  await panel(page).getByRole('button', { name: 'Save as new' }).click();
  await expect(panel(page).getByRole('alert')).toHaveText('Give it a name.');
  await saveAs(page, 'Shells');
  await expectAccessible(page);
  await expect(button(page)).toHaveAccessibleName('Views: Shells');
  // The name alone would mean nothing to others.
  await expectQuery(page, { view: 'Shells', filter: 'type:ssh' });

  // A name that is taken is refused, and says so.
  await panel(page).getByRole('textbox', { name: 'Name of the view' }).fill('shells');
  await page.keyboard.press('Enter');
  await expect(panel(page).getByRole('alert')).toHaveText(
    'There is a view named shells already: choose another name.',
  );
  await page.keyboard.press('Escape');

  // What is changed shows, can be undone, and can be saved.
  await box(page).fill('watched:no');
  await box(page).press('Enter');
  await expect(button(page)).toHaveAccessibleName('Views: Shells, changed');
  await open(page);
  await expect(panel(page)).toContainText('You changed “Shells”.');
  await panel(page).getByRole('button', { name: 'Undo' }).click();
  await expect(sentences(page)).toHaveText(['type is PAM SSH']);
  await expect(button(page)).toHaveAccessibleName('Views: Shells');
  await page.keyboard.press('Escape');
  await box(page).fill('watched:no');
  await box(page).press('Enter');
  await open(page);
  await panel(page).getByRole('button', { name: 'Save', exact: true }).click();
  await expect(button(page)).toHaveAccessibleName('Views: Shells');
  await page.keyboard.press('Escape');

  await open(page);
  await panel(page).getByRole('button', { name: 'Reset to default' }).click();
  await expect(sentences(page)).toHaveCount(0);
  await panel(page).getByRole('button', { name: 'Shells', exact: true }).click();
  await expect(sentences(page)).toHaveText(['type is PAM SSH', 'not watched']);

  await panel(page).getByRole('button', { name: 'Rename Shells' }).click();
  const field = panel(page).getByRole('list').getByRole('textbox', { name: 'Name of the view' });
  await expect(field).toBeFocused();
  await field.fill('Quiet shells');
  await page.keyboard.press('Enter');
  await expect(panel(page).getByRole('button', { name: 'Quiet shells', exact: true })).toBeVisible();
  await expectQuery(page, { view: 'Quiet shells', filter: 'type:ssh watched:no' });

  await remove(page, 'Quiet shells', 'Delete “Quiet shells”?');
  await expectQuery(page, { filter: 'type:ssh watched:no' });
});

test('a shared view is there for everybody under its name, and its changes are audited', async ({ world }) => {
  await world.shell();
  const page = await world.sessionsPage('ada');
  await box(page).fill('type:ssh');
  await box(page).press('Enter');
  await saveAs(page, 'All shells');
  await panel(page).getByRole('button', { name: 'Share All shells with everybody' }).click();
  await expect(panel(page).getByRole('list', { name: 'Shared with everybody' })).toContainText('All shells');
  await expectAccessible(page);
  await expectQuery(page, { view: 'All shells' });

  const oscar = await elsewhere(world, 'oscar', page);
  await expect(sentences(oscar)).toHaveText(['type is PAM SSH']);
  await expect(button(oscar)).toHaveAccessibleName('Views: All shells');
  // The page comes so from the server: nothing is arranged anew before somebody's eyes.
  const html = await (await oscar.request.get('/sessions?view=all%20shells')).text();
  expect(html).toContain('Views: All shells');
  expect(html).toContain('data-ask="type:ssh"');
  await open(oscar);
  await expect(panel(oscar)).toContainText('by ada');
  // Those who do not manage open it, and no more.
  for (const what of ['Share', 'Stop sharing', 'Rename', 'Delete']) {
    await expect(panel(oscar).getByRole('button', { name: new RegExp(`^${what} All`) })).toHaveCount(0);
  }
  await page.keyboard.press('Escape');
  await open(page);
  await remove(page, 'All shells', 'Delete “All shells” for everybody?');

  await oscar.goto('/sessions?view=All%20shells');
  await expect(oscar.getByText('There is no view “All shells”, or it is not shared with you.')).toBeVisible();

  await page.goto('/audit');
  const events = page.getByRole('region', { name: 'Events' }).locator('tbody').getByRole('row');
  await expect(events.filter({ hasText: 'view shared' })).toContainText('shared with everybody; saved by ada');
  await expect(events.filter({ hasText: 'view deleted' })).toContainText('All shells');
});

test('a view is saved and opened by keyboard alone', async ({ world }) => {
  const page = await world.sessionsPage('oscar');
  await page.keyboard.press('/');
  await page.keyboard.type('is:mine');
  await page.keyboard.press('Enter');
  await button(page).focus();
  await page.keyboard.press('Enter');
  await expect(panel(page)).toBeVisible();
  const name = panel(page).getByRole('textbox', { name: 'Name of the view' });
  for (let tabs = 0; tabs < 6 && !(await name.evaluate((field) => field === document.activeElement)); tabs += 1) {
    await page.keyboard.press('Tab');
  }
  await expect(name).toBeFocused();
  await page.keyboard.type('My own');
  await page.keyboard.press('Enter');
  const view = panel(page).getByRole('button', { name: 'My own', exact: true });
  await expect(view).toHaveAttribute('aria-current', 'true');
  await page.keyboard.press('Escape');
  await expect(button(page)).toBeFocused();
  await page.keyboard.press('/');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Delete');
  await expect(sentences(page)).toHaveCount(0);
  await button(page).focus();
  await page.keyboard.press('Enter');
  await view.focus();
  await page.keyboard.press('Enter');
  await expect(sentences(page)).toHaveText(['mine']);
});
