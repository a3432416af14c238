// The table as a person arranges it: order, columns, sorting, filters, and the CSV of exactly that.
import { readFile } from 'node:fs/promises';
import { expect, ready, test, type Page } from '../world/world.ts';
import { expectedCsv } from '../world/csv.ts';
import type { ApiSession } from '../world/product.ts';
import { COLUMNS, SessionsPage } from '../world/sessions_page.ts';

const ZONE = 'America/St_Johns';

test('columns are dragged, moved, hidden and shown, kept, and exported as they show', async ({ world }) => {
  await world.shell();
  const second = world.connect('echo second-runs; exec cat');
  await second.shows(/second-runs/);
  const page = await world.sessionsPage('oscar');
  const sessions = new SessionsPage(page);
  await expect(sessions.sshRows).toHaveCount(2);
  await sessions.expectColumns(COLUMNS);
  const all = await world.product.sessions(await world.token('oscar'));
  expect(all).toHaveLength(3);
  expect(await download(page)).toBe(expectedCsv(COLUMNS, await asShown(sessions, all), ZONE));

  // By mouse: Service URL goes before Device.
  await drag(page, sessions, 'Service URL', 'Device');
  const dragged = [
    ...['User', 'Service URL', 'Device', 'Client', 'Start date', 'Type', 'Port'],
    ...['Account name', 'Service provider'],
  ];
  await sessions.expectColumns(dragged);

  // In the View list: Type one place up, Client out, two others in.
  await sessions.openView();
  await page.getByRole('button', { name: 'Move Type up', exact: true }).click();
  await page.getByRole('checkbox', { name: 'Client', exact: true }).uncheck();
  await page.getByRole('checkbox', { name: 'Full name', exact: true }).check();
  await page.getByRole('checkbox', { name: 'Session id', exact: true }).check();
  await page.keyboard.press('Escape');
  const arranged = [
    ...['User', 'Service URL', 'Device', 'Type', 'Start date', 'Port'],
    ...['Account name', 'Service provider', 'Full name', 'Session id'],
  ];
  const shown = await sessions.columns();
  expect(shown.toSorted()).toEqual(arranged.toSorted());
  expect(shown.slice(0, 8)).toEqual(arranged.slice(0, 8));

  // A reload keeps it, and so does another window of the same person.
  await kept(world.product.url, page, shown);
  await page.reload();
  await ready(page);
  await sessions.expectColumns(shown);
  await expect(sessions.sshRows).toHaveCount(2);
  const elsewhere = new SessionsPage(await world.sessionsPage('oscar'));
  await elsewhere.expectColumns(shown);
  await elsewhere.page.context().close();

  await expect.poll(async () => (await world.open('CONSOLE')).length).toBe(2);
  const now = await world.product.sessions(await world.token('oscar'));
  await expect(sessions.grid.locator('[data-session]')).toHaveCount(4);
  expect(await download(page)).toBe(expectedCsv(shown, await asShown(sessions, now), ZONE));
});

test('what is filtered and sorted is what is exported', async ({ world }) => {
  await world.shell();
  const second = world.connect('echo second-runs; exec cat');
  await second.shows(/second-runs/);
  const page = await world.sessionsPage('oscar');
  const sessions = new SessionsPage(page);
  await expect(sessions.sshRows).toHaveCount(2);
  const all = await world.product.sessions(await world.token('oscar'));
  const rows = sessions.grid.locator('[data-session]');
  await expect(rows).toHaveCount(3);

  // Sorted by start date, one way and then the other.
  const byStart = all.toSorted((a, b) => a.started_at.localeCompare(b.started_at)).map(({ id }) => id);
  const start = sessions.header('Start date');
  for (const direction of ['ascending', 'descending']) {
    await expect(async () => {
      if ((await start.getAttribute('aria-sort')) !== direction) await start.click();
      await expect(start).toHaveAttribute('aria-sort', direction, { timeout: 500 });
    }).toPass();
    const order = direction === 'ascending' ? byStart : byStart.toReversed();
    await expect.poll(async () => ids(sessions)).toEqual(order);
    expect(await download(page)).toBe(expectedCsv(COLUMNS, await asShown(sessions, all), ZONE));
  }

  // One type.
  await page.getByRole('button', { name: /^PAM SSH/ }).click();
  await expect(rows).toHaveCount(2);
  expect(await download(page)).toBe(expectedCsv(COLUMNS, await asShown(sessions, all), ZONE));

  // A word that no row holds: the header alone, and the page says why it is empty.
  const filter = page.getByRole('searchbox', { name: 'Filter sessions' });
  await filter.fill('no such thing anywhere');
  await expect(rows).toHaveCount(0);
  expect(await download(page)).toBe(expectedCsv(COLUMNS, [], ZONE));

  // A word of one type beside the chip of another: all of them count.
  await filter.fill('alice');
  await expect(rows).toHaveCount(2);
  await page.getByRole('button', { name: /^All/ }).click();
  await expect(rows).toHaveCount(2);
  await filter.fill('');
  await expect(rows).toHaveCount(3);
});

test('columns move by keyboard', async ({ world }) => {
  const page = await world.sessionsPage('olga');
  const sessions = new SessionsPage(page);
  await sessions.expectColumns(COLUMNS);

  await sessions.header('Device').focus();
  await page.keyboard.press('Shift+ArrowRight');
  await sessions.expectColumns(['User', 'Client', 'Device', ...COLUMNS.slice(3)]);
  // The focus went along.
  await expect(sessions.header('Device')).toBeFocused();
  await page.keyboard.press('Shift+ArrowRight');
  await sessions.expectColumns(['User', 'Client', 'Start date', 'Device', ...COLUMNS.slice(4)]);
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Shift+ArrowLeft');
  await sessions.expectColumns(['Device', 'User', ...COLUMNS.slice(2)]);

  await kept(world.product.url, page, ['Device', 'User', ...COLUMNS.slice(2)]);
  await page.reload();
  await ready(page);
  await sessions.expectColumns(['Device', 'User', ...COLUMNS.slice(2)]);
});

/** The file that the button gives, as text; anything that is no UTF-8 fails the comparison. */
async function download(page: Page): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download CSV', exact: true }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/\.csv$/);
  const bytes = await readFile(await file.path());
  // A decoder would swallow a byte order mark.
  expect([...bytes.subarray(0, 3)]).not.toEqual([0xef, 0xbb, 0xbf]);
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

async function ids(sessions: SessionsPage): Promise<(string | null)[]> {
  return sessions.grid
    .locator('[data-session]')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-session')));
}

/** The API's sessions in the order of the page's rows. */
async function asShown(sessions: SessionsPage, all: readonly ApiSession[]): Promise<ApiSession[]> {
  return (await ids(sessions)).map((id) => {
    const session = all.find((candidate) => candidate.id === id);
    if (!session) throw new Error(`the page shows ${id}, which the API does not know`);
    return session;
  });
}

/** Drags a header by the mouse and drops it on the left half of another. */
async function drag(page: Page, sessions: SessionsPage, name: string, before: string): Promise<void> {
  const from = await sessions.header(name).boundingBox();
  const to = await sessions.header(before).boundingBox();
  if (!from || !to) throw new Error('a header has no place on the page');
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width / 4, to.y + to.height / 2, { steps: 12 });
  await page.mouse.up();
}

/** Waits until the server has the layout: a fresh page of the same person has it too. */
async function kept(origin: string, page: Page, columns: readonly string[]): Promise<void> {
  await expect(async () => {
    const fresh = await page.context().newPage();
    try {
      await fresh.goto(`${origin}/sessions`);
      await ready(fresh);
      expect(await new SessionsPage(fresh).columns()).toEqual(columns);
    } finally {
      await fresh.close();
    }
  }).toPass({ timeout: 10_000 });
}
