// The grid under a person's hands: keyboard alone, pointer, touch; groups, pins, widths and what is read out.
import { expect, test, type Page } from '../world/world.ts';
import { expectAccessible } from '../world/accessible.ts';
import { COLUMNS, SessionsPage } from '../world/sessions_page.ts';

/** What is told to those who do not see the table. */
const said = (page: Page) => page.locator('[data-said]');
const focused = (page: Page) => page.locator(':focus');
const menu = (page: Page) => page.getByRole('menu');
const item = (page: Page, name: string) => menu(page).getByRole('menuitem', { name, exact: true });

/** Where the focus is: the row's place and the cell's column, as a screen reader is told. */
async function place(page: Page): Promise<[string | null, string | null]> {
  return focused(page).evaluate((cell) => [
    cell.closest('[aria-rowindex]')?.getAttribute('aria-rowindex') ?? null,
    cell.closest('[aria-colindex]')?.getAttribute('aria-colindex') ?? null,
  ]);
}

async function width(sessions: SessionsPage, column: string): Promise<number> {
  return sessions.header(column).evaluate((heading) => (heading as HTMLElement).offsetWidth);
}

test('the grid is one stop of Tab and is walked, chosen from and watched by keyboard alone', async ({ world }) => {
  await world.shell();
  const second = world.connect('echo second-runs; exec cat');
  await second.shows(/second-runs/);
  const page = await world.sessionsPage('oscar');
  const sessions = new SessionsPage(page);
  await expect(sessions.sshRows).toHaveCount(2);
  await expect(sessions.grid).toHaveAttribute('aria-rowcount', '4');
  await expect(sessions.grid).toHaveAttribute('aria-colcount', String(COLUMNS.length + 1));

  await sessions.grid.focus();
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => place(page)).toEqual(['2', '1']);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => place(page)).toEqual(['2', '2']);
  await page.keyboard.press('Control+End');
  await expect.poll(() => place(page)).toEqual(['4', '10']);
  await page.keyboard.press('Home');
  await expect.poll(() => place(page)).toEqual(['4', '1']);
  await page.keyboard.press('PageUp');
  await expect.poll(() => place(page)).toEqual(['2', '1']);
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => place(page)).toEqual(['1', '1']);
  await expect(sessions.header('User')).toBeFocused();

  // One stop: the next Tab leaves the grid, and the one back comes to it.
  const outside = () => page.evaluate(() => document.activeElement?.closest('.grid') === null);
  await page.keyboard.press('Tab');
  await expect.poll(outside).toBe(true);
  await page.keyboard.press('Shift+Tab');
  await expect(sessions.grid).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect.poll(outside).toBe(true);

  // Chosen one by one, as a range, all, none.
  await sessions.grid.focus();
  await page.keyboard.press('Control+Home');
  await expect.poll(() => place(page)).toEqual(['2', '1']);
  const chosen = sessions.grid.locator('[data-session][aria-selected=true]');
  await page.keyboard.press('Space');
  await expect(chosen).toHaveCount(1);
  await expect(said(page)).toHaveText(/^1 chosen\./);
  await page.keyboard.press('Shift+ArrowDown');
  await expect(chosen).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(chosen).toHaveCount(0);
  await page.keyboard.press('Control+a');
  await expect(chosen).toHaveCount(3);
  await expect(said(page)).toHaveText(/^3 chosen\./);
  await page.keyboard.press('Escape');

  // The menu of the row, and what it does.
  await sessions.sshRows.first().getByRole('gridcell').first().focus();
  await page.keyboard.press('Shift+F10');
  await expect(item(page, 'Watch')).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(menu(page)).toBeHidden();
  await page.keyboard.press('Enter');
  await expect(sessions.pane).toBeVisible();
  await expect(sessions.grid.locator('[aria-current=true]')).toHaveCount(1);
});

test('columns are sorted by several, made wider, pinned and hidden by keyboard, and each is told', async ({ world }) => {
  await world.shell();
  const page = await world.sessionsPage('oscar');
  const sessions = new SessionsPage(page);
  await expect(sessions.sshRows).toHaveCount(1);

  await sessions.header('User').focus();
  await page.keyboard.press('Enter');
  await expect(sessions.header('User')).toHaveAttribute('aria-sort', 'ascending');
  await expect(said(page)).toHaveText(/^Sorted by user, A to Z\. 2 rows\./);
  await page.keyboard.press('ArrowRight');
  await expect(sessions.header('Device')).toBeFocused();
  await page.keyboard.press('Shift+Enter');
  await expect(sessions.header('Device')).toHaveAttribute('aria-sort', 'other');
  await expect(said(page)).toHaveText(/^Sorted by user, A to Z; then device, A to Z\./);

  const before = await width(sessions, 'Device');
  await page.keyboard.press('Alt+ArrowRight');
  await expect.poll(() => width(sessions, 'Device')).toBe(before + 16);
  await expect(said(page)).toHaveText(new RegExp(`^Device is ${before + 16} pixels wide\\.`));
  await page.keyboard.press('Alt+ArrowLeft');
  await page.keyboard.press('Alt+ArrowLeft');
  await expect.poll(() => width(sessions, 'Device')).toBe(before - 16);
  await expect(sessions.header('Device')).toBeFocused();

  // The menu of a heading: pin, which puts the column first, in the document as on the page.
  await sessions.header('Port').focus();
  await page.keyboard.press('Alt+ArrowDown');
  await expect(item(page, 'Sort ascending')).toBeFocused();
  for (const name of ['Sort descending', 'Then by this, ascending']) {
    await page.keyboard.press('ArrowDown');
    await expect(item(page, name)).toBeFocused();
  }
  await item(page, 'Pin to the left').focus();
  await page.keyboard.press('Enter');
  await sessions.expectColumns(['Port', ...COLUMNS.filter((name) => name !== 'Port')]);
  await expect(said(page)).toHaveText(/^Port is pinned\./);
  await page.setViewportSize({ width: 900, height: 700 });
  const grid = page.locator('.grid');
  await grid.evaluate((box) => box.scrollTo({ left: 400 }));
  const [box, heading, cell] = await Promise.all([
    grid.boundingBox(),
    sessions.header('Port').boundingBox(),
    sessions.sshRows.first().getByRole('gridcell').first().boundingBox(),
  ]);
  expect(Math.abs(heading!.x - box!.x)).toBeLessThan(2);
  expect(Math.abs(cell!.x - box!.x)).toBeLessThan(2);

  await sessions.header('Client').focus();
  await page.keyboard.press('Alt+ArrowDown');
  await item(page, 'Hide').click();
  await sessions.expectColumns(['Port', ...COLUMNS.filter((name) => name !== 'Port' && name !== 'Client')]);
  await expect(said(page)).toHaveText(/^Client is hidden\./);
  await expectAccessible(page);
});

test('rows are grouped, counted and folded', async ({ world }) => {
  await world.shell();
  const second = world.connect('echo second-runs; exec cat');
  await second.shows(/second-runs/);
  const page = await world.sessionsPage('oscar');
  const sessions = new SessionsPage(page);
  await expect(sessions.sshRows).toHaveCount(2);

  await sessions.header('Type').click({ button: 'right' });
  await item(page, 'Group by Type').click();
  const tree = page.getByRole('treegrid', { name: 'Sessions' });
  await expect(tree).toHaveAttribute('aria-rowcount', '6');
  const groups = tree.locator('[data-group]');
  await expect(groups).toHaveText([/Type CONSOLE 1/, /Type PAM SSH 2/]);
  await expect(groups.nth(1)).toHaveAttribute('aria-expanded', 'true');
  await expect(said(page)).toHaveText(/^Grouped by Type\. Sorted by start date, newest first\. 3 rows\./);
  await expectAccessible(page);

  // By keyboard: the arrow to the left folds, the one to the right opens.
  await groups.nth(1).getByRole('gridcell').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(groups.nth(1)).toHaveAttribute('aria-expanded', 'false');
  await expect(tree.locator('[data-session]')).toHaveCount(1);
  await expect(said(page)).toHaveText(/^PAM SSH is folded\./);
  await page.keyboard.press('ArrowRight');
  await expect(tree.locator('[data-session]')).toHaveCount(3);
  await groups.nth(0).click();
  await expect(tree.locator('[data-session]')).toHaveCount(2);

  // A session that ends leaves its group's count at once, the row a little later.
  await second.close();
  await expect(groups.nth(1)).toHaveText(/PAM SSH 1/, { timeout: 15_000 });

  await sessions.page.getByRole('columnheader', { name: 'Type', exact: true }).focus();
  await page.keyboard.press('Alt+ArrowDown');
  await item(page, 'Do not group').click();
  await expect(sessions.grid.locator('[data-session]')).toHaveCount(2);
});

test('a heading is dragged by touch, let go with Escape, and its edge pulled and fitted', async ({ world }) => {
  await world.shell();
  const page = await world.sessionsPage('oscar');
  const sessions = new SessionsPage(page);
  await expect(sessions.sshRows).toHaveCount(1);
  const middle = async (name: string) => {
    const { x, y, width, height } = (await sessions.header(name).boundingBox())!;
    return { x: x + width / 2, y: y + height / 2, left: x + width / 4 };
  };

  // By touch, through the browser's own input.
  const cdp = await page.context().newCDPSession(page);
  const [from, to] = [await middle('Service URL'), await middle('Device')];
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x: number) =>
    cdp.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y: from.y }] });
  await touch('touchStart', from.x);
  for (let step = 1; step <= 10; step += 1) await touch('touchMove', from.x + ((to.left - from.x) * step) / 10);
  await touch('touchEnd', to.left);
  const moved = ['User', 'Service URL', 'Device', 'Client', 'Start date', 'Type', 'Port', 'Account name', 'Service provider'];
  await sessions.expectColumns(moved);
  await expect(said(page)).toHaveText(/^Service URL is column 2 of 9\./);

  // Escape leaves everything as it was.
  const port = await middle('Port');
  await page.mouse.move(port.x, port.y);
  await page.mouse.down();
  await page.mouse.move((await middle('User')).left, port.y, { steps: 8 });
  await expect(page.locator('th.dragging')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(page.locator('th.dragging')).toHaveCount(0);
  await page.mouse.up();
  await sessions.expectColumns(moved);

  // The edge of a heading: pulled, and a double click fits it to what is in it.
  const before = await width(sessions, 'Client');
  const edge = sessions.header('Client').locator('.edge');
  const at = (await edge.boundingBox())!;
  await page.mouse.move(at.x + at.width / 2, at.y + at.height / 2);
  await page.mouse.down();
  await page.mouse.move(at.x + at.width / 2 + 80, at.y + at.height / 2, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => width(sessions, 'Client')).toBe(before + 80);
  await expect(sessions.header('Client')).not.toHaveAttribute('aria-sort', /./);
  await sessions.header('Client').locator('.edge').dblclick();
  await expect.poll(() => width(sessions, 'Client')).toBeLessThan(before + 80);
  const cut = await sessions.sshRows.first().locator('.c-client > .cell').evaluate((cell) => cell.scrollWidth > cell.clientWidth);
  expect(cut).toBe(false);
});

test('a finger that rests opens the menu; one that drags a heading to the edge scrolls the table', async ({ world }) => {
  await world.shell();
  const page = await world.sessionsPage('oscar');
  const sessions = new SessionsPage(page);
  await expect(sessions.sshRows).toHaveCount(1);
  const cdp = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x = 0, y = 0) =>
    cdp.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });

  // On a row; lifting the finger leaves the menu open.
  const row = (await sessions.sshRows.first().locator('.c-device').boundingBox())!;
  await touch('touchStart', row.x + 10, row.y + row.height / 2);
  await expect(item(page, 'Watch')).toBeVisible();
  await touch('touchEnd');
  await expect(item(page, 'Watch')).toBeVisible();
  await item(page, 'Copy link').click();
  await expect(page.getByRole('menu')).toBeHidden();

  // On a heading; the finger that asked for it drags nothing afterwards.
  const head = (await sessions.header('Device').boundingBox())!;
  await touch('touchStart', head.x + head.width / 2, head.y + head.height / 2);
  await expect(item(page, 'Hide')).toBeVisible();
  await touch('touchMove', head.x + head.width * 2, head.y + head.height / 2);
  await expect(page.locator('th.dragging')).toHaveCount(0);
  await touch('touchEnd');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toBeHidden();

  // Held at the edge, the table scrolls until the last column is there.
  await page.setViewportSize({ width: 700, height: 800 });
  const box = page.locator('.grid');
  await expect.poll(() => box.evaluate((box) => box.scrollWidth > box.clientWidth)).toBe(true);
  const { x, y, width: wide, height } = (await sessions.header('Device').boundingBox())!;
  const right = await box.evaluate((box) => box.getBoundingClientRect().right);
  await touch('touchStart', x + wide / 2, y + height / 2);
  await touch('touchMove', x + wide / 2 + 20, y + height / 2);
  await touch('touchMove', right - 10, y + height / 2);
  await expect.poll(() => box.evaluate((box) => box.scrollLeft + box.clientWidth >= box.scrollWidth - 1)).toBe(true);
  await touch('touchEnd');
  await expect(said(page)).toHaveText(/^Device is column [89] of 9\./);
});

test('several sessions are ended with one reason', async ({ world }) => {
  const terminals = [await world.shell(), await world.shell()];
  const page = await world.sessionsPage('oscar');
  const sessions = new SessionsPage(page);
  await expect(sessions.sshRows).toHaveCount(2);
  for (const nth of [0, 1]) {
    await sessions.sshRows.nth(nth).getByRole('checkbox', { name: 'Choose', exact: true }).click();
  }
  await page.getByRole('button', { name: 'Terminate 2…', exact: true }).click();
  await expect(sessions.dialog).toContainText('Terminate 2 sessions?');
  await page.keyboard.press('Enter');
  await expect(sessions.dialog.getByRole('alert')).toContainText('Say why');
  await sessions.dialog.getByRole('textbox', { name: 'Reason' }).fill('the change window is over');
  await expectAccessible(page);
  await sessions.dialog.getByRole('button', { name: 'Terminate 2 sessions', exact: true }).click();
  await expect(sessions.dialog).toHaveCount(0);
  await expect(page.getByText('2 sessions ended.')).toBeVisible();
  for (const terminal of terminals) {
    await terminal.ends();
    expect(terminal.output).toContain('the change window is over');
  }
  await expect(page.getByRole('button', { name: /^Terminate 2/ })).toHaveCount(0);
});

test('sessions that come and go are told in one sentence, and a held picture is not disturbed', async ({ world }) => {
  const page = await world.sessionsPage('oscar');
  const sessions = new SessionsPage(page);
  await sessions.live();
  const first = world.connect('echo first-runs; exec cat');
  await first.shows(/first-runs/);
  await expect(said(page)).toHaveText(/^1 opened/, { timeout: 12_000 });
  await first.close();
  await expect(said(page)).toHaveText(/^1 ended/, { timeout: 12_000 });

  await expect(sessions.sshRows).toHaveCount(0);
  await page.getByRole('button', { name: 'Freeze', exact: true }).click();
  await expect(said(page)).toHaveText(/^The picture is held\./);
  const second = world.connect('echo second-runs; exec cat');
  await second.shows(/second-runs/);
  await expect(page.getByText('Frozen: 1 opened, 0 closed')).toBeVisible();
  await expect(sessions.sshRows).toHaveCount(0);
  await page.getByRole('button', { name: 'Freeze', exact: true }).click();
  await expect(sessions.sshRows).toHaveCount(1);
});
