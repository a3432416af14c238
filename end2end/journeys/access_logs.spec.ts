// The access log: what ended is found again, with its reason, its length and those who watched it.
import { readFile } from 'node:fs/promises';
import { expectAccessible } from '../world/accessible.ts';
import { parseCsv } from '../world/csv.ts';
import { expect, ready, signIn, test, ACCOUNT, type Page } from '../world/world.ts';
import { COLUMNS, SessionsPage } from '../world/sessions_page.ts';

const REASON = '=2+3 is no maintenance, "sorry"';
const LOG_COLUMNS = [...COLUMNS, 'Ended', 'Duration', 'End reason', 'Watched by'];

test('a session that was watched and ended is found, and exported', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const olga = new SessionsPage(await world.sessionsPage('olga'));
  await olga.row(id).getByRole('button', { name: 'Watch', exact: true }).click();
  await expect(olga.screen).toContainText('up-42');

  // While it is open, the log leads to its live pane.
  const page = await world.sessionsPage('oscar');
  await page.getByRole('link', { name: 'Access logs', exact: true }).click();
  await expect(page).toHaveURL(/\/access-logs$/);
  await expect(row(page, id).getByText('open', { exact: true })).toBeVisible();
  await row(page, id).getByRole('link', { name: 'Watch', exact: true }).click();
  await expect(new SessionsPage(page).screen).toContainText('up-42');

  await olga.pane.getByRole('button', { name: 'Terminate', exact: true }).click();
  await olga.confirm(REASON);
  await terminal.ends();
  await expect(olga.pane).toContainText(/terminated/i);

  await expect(async () => {
    await page.goto('/access-logs');
    await ready(page);
    await expect(row(page, id)).toContainText(`terminated by olga: ${REASON}`, { timeout: 1_000 });
    await expect(row(page, id)).toContainText('olga, oscar', { timeout: 1_000 });
  }).toPass();
  await expect(row(page, id)).toContainText(/\d+ s/);
  expect(await columns(page)).toEqual(LOG_COLUMNS);

  await filter(page).getByLabel('Account', { exact: true }).fill(ACCOUNT);
  await filter(page).getByLabel('Type', { exact: true }).selectOption('PAM SSH');
  await filter(page).getByLabel('State', { exact: true }).selectOption('Ended');
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await expect(page).toHaveURL(/type=PAM\+SSH&account=.*&state=ended/);
  await ready(page);
  await expect(rows(page)).toHaveCount(1);
  await expect(filter(page).getByLabel('State', { exact: true })).toHaveValue('ended');

  // The rows and columns that show, from the browser.
  await page.getByRole('button', { name: 'View', exact: true }).click();
  await page.getByRole('button', { name: 'Move Device up', exact: true }).click();
  await page.getByRole('checkbox', { name: 'Port', exact: true }).uncheck();
  await page.getByRole('checkbox', { name: 'Session id', exact: true }).check();
  await page.keyboard.press('Escape');
  const shown = await columns(page);
  expect(shown.slice(0, 2)).toEqual(['Device', 'User']);
  expect(shown).not.toContain('Port');
  const [ofPage] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download CSV', exact: true }).click(),
  ]);
  expect(ofPage.suggestedFilename()).toMatch(/^sightline-access-logs-\d{4}-\d\d-\d\d\.csv$/);
  const local = parseCsv(await readFile(await ofPage.path(), 'utf8'));
  expect(local[0]).toEqual(shown.map((name) => (name === 'Duration' ? 'Duration (s)' : name)));
  expect(local).toHaveLength(2);

  // Everything, from the server: the same session, in UTC.
  const [ofServer] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'All as CSV', exact: true }).click(),
  ]);
  const whole = parseCsv(await readFile(await ofServer.path(), 'utf8'));
  expect(whole).toHaveLength(2);
  const [here, there] = [record(local), record(whole)];
  expect(there['Session id']).toBe(id);
  expect(there['End reason']).toBe(`terminated by olga: ${REASON}`);
  expect(there['Watched by']).toBe('olga, oscar');
  for (const name of Object.keys(here)) {
    if (name === 'Start date' || name === 'Ended') {
      expect(here[name]).toMatch(/-03:30$|-02:30$/);
      expect(Date.parse(here[name]!)).toBe(Date.parse(there[name]!));
    } else {
      expect(here[name]).toBe(there[name]);
    }
  }

  // A reload keeps the columns, and the sessions page has its own.
  await expect(async () => {
    await page.reload();
    await ready(page);
    expect(await columns(page)).toEqual(shown);
  }).toPass();
  await row(page, id).getByRole('link', { name: 'Details', exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/sessions/${id}$`));
  await page.getByRole('link', { name: 'Sessions', exact: true }).click();
  await new SessionsPage(page).expectColumns(COLUMNS);

  const audit = await world.sessionsPage('ada');
  await audit.goto('/audit?action=exported');
  const events = audit.getByRole('region', { name: 'Events' }).locator('tbody').getByRole('row');
  await expect(events).toHaveCount(2);
  for (const event of await events.all()) {
    await expect(event).toContainText('access logs');
    await expect(event).toContainText(`1 rows, filter: type PAM SSH, account`);
  }
});

test('a day is one of the viewer, and a person without accounts finds their own sessions', async ({ world }) => {
  const terminal = await world.shell();
  terminal.enter('exit');
  await terminal.ends();
  const page = await world.window();
  await page.goto('/access-logs?state=ended');
  await signIn(page, 'alice');
  await expect(page).toHaveURL(/\/access-logs\?state=ended$/);
  await ready(page);
  await expect(async () => {
    await page.reload();
    await expect(rows(page)).toHaveCount(1, { timeout: 1_000 });
  }).toPass();
  await expect(rows(page)).toContainText('closed');
  await ready(page);

  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/St_Johns' }).format(new Date());
  await page.getByLabel('From day', { exact: true }).fill(today);
  await page.getByLabel('To day', { exact: true }).fill(today);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await expect(page).toHaveURL(/zone=America%2FSt_Johns/);
  await expect(page.getByText('Days in America/St_Johns')).toBeVisible();
  await expect(rows(page)).toHaveCount(1);

  await page.goto('/access-logs?until=2020-01-01');
  await expect(page.getByRole('heading', { name: 'No session matches' })).toBeVisible();
  await page.getByRole('link', { name: 'Clear the filter', exact: true }).click();
  await expect(page).toHaveURL(/\/access-logs$/);

  const nina = await world.sessionsPage('nina');
  await nina.goto('/access-logs?type=PAM+SSH');
  await expect(nina.getByRole('heading', { name: 'No session matches' })).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the access log is accessible, ${colorScheme}`, async ({ world }) => {
    await world.shell();
    const page = await world.sessionsPage('olga', { colorScheme });
    await page.goto('/access-logs');
    await ready(page);
    await expect(rows(page)).not.toHaveCount(0);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'View', exact: true }).click();
    await expect(page.getByRole('checkbox', { name: 'Watched by', exact: true })).toBeVisible();
    await expectAccessible(page);
    world.guard.allow(/status of 400/);
    await page.goto('/access-logs?from=soon');
    await expect(page.getByRole('alert')).toContainText('is no day');
    await expectAccessible(page);
  });
}

function filter(page: Page) {
  return page.getByRole('search', { name: 'Filter the access log' });
}

function rows(page: Page) {
  return page.getByRole('table', { name: 'Access log' }).locator('[data-session]');
}

function row(page: Page, id: string) {
  return page.getByRole('table', { name: 'Access log' }).locator(`[data-session="${id}"]`);
}

async function columns(page: Page): Promise<string[]> {
  const names = await page.getByRole('table', { name: 'Access log' }).getByRole('columnheader').allTextContents();
  return names.filter((name) => name !== 'Actions');
}

/** The one record of a file, by its headings. */
function record([headings, fields]: string[][]): Record<string, string> {
  return Object.fromEntries(headings!.map((name, at) => [name, fields![at]!]));
}
