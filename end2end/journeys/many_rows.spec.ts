// Thousands of sessions that another system reports: few rows are drawn, and what a person looks at stays.
import { expect, test, type Page } from '../world/world.ts';
import { Source } from '../world/reports.ts';
import { SessionsPage } from '../world/sessions_page.ts';

const MANY = 2_400;
/** Rows that may be drawn beside those in sight. */
const BESIDE = 20;

test.setTimeout(120_000);

/** The heading and the viewer's own sign-in are rows too. */
const rowsOf = (sessions: number, consoles = 1) => String(sessions + consoles + 1);

test('of thousands of rows those in sight are drawn, wherever one scrolls', async ({ world }) => {
  const source = await Source.of(world);
  await source.opens(MANY);
  const page = await world.sessionsPage('oscar');
  const { grid } = new SessionsPage(page);
  await expect(grid).toHaveAttribute('aria-rowcount', rowsOf(MANY));

  const end = await page.locator('.grid').evaluate((box) => box.scrollHeight - box.clientHeight);
  for (const part of [0, 0.01, 0.3, 0.62, 0.99, 1, 0.5]) {
    await scroll(page, Math.round(end * part));
    const seen = await inSight(page);
    expect(seen.drawn, `at ${part}`).toBeLessThanOrEqual(seen.fit + BESIDE);
    expect(seen.drawn, `at ${part}`).toBeGreaterThanOrEqual(seen.fit - 1);
    // No hole: the rows that are drawn follow one another, and cover what is in sight.
    expect(seen.indexes).toEqual(seen.indexes.map((_, nth) => seen.indexes[0]! + nth));
    expect(seen.top, `at ${part}`).toBeLessThanOrEqual(1);
    expect(seen.bottom, `at ${part}`).toBeLessThanOrEqual(1);
  }

  // Rows that stay in sight are left alone: five go, five come.
  const touched = await page.locator('.grid').evaluate(async (box) => {
    const body = box.querySelector('tbody')!;
    const rows = new Set<Node>();
    const seen = new MutationObserver((all) => all.forEach(({ addedNodes }) => addedNodes.forEach((row) => rows.add(row))));
    seen.observe(body, { childList: true });
    box.scrollTop += 5 * body.querySelector('[data-session]')!.getBoundingClientRect().height;
    for (let frame = 0; frame < 3; frame++) await new Promise((next) => requestAnimationFrame(next));
    seen.disconnect();
    return rows.size;
  });
  expect(touched).toBe(5);

  // By keyboard to the last row and back.
  await page.locator('.grid').evaluate((box) => (box.scrollTop = 0));
  await grid.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Control+End');
  const row = grid.locator('[role=row]:focus-within');
  await expect(row).toHaveAttribute('aria-rowindex', rowsOf(MANY));
  await expect(row).toBeInViewport();
  expect((await inSight(page)).drawn).toBeLessThanOrEqual((await inSight(page)).fit + BESIDE);
  await page.keyboard.press('Control+Home');
  await expect(row).toHaveAttribute('aria-rowindex', '2');
  await expect(row).toBeInViewport();
});

test('focus and scroll stay on the session while rows come and go above', async ({ world }) => {
  const source = await Source.of(world);
  const ids = await source.opens(MANY);
  const page = await world.sessionsPage('oscar');
  const sessions = new SessionsPage(page);
  await expect(sessions.grid).toHaveAttribute('aria-rowcount', rowsOf(MANY));

  await page.locator('.grid').evaluate((box) => (box.scrollTop = (box.scrollHeight - box.clientHeight) / 2));
  await expect.poll(async () => (await inSight(page)).top).toBeLessThanOrEqual(1);
  const middle = await page.locator('.grid').evaluate((box) => {
    const { left, top, width, height } = box.getBoundingClientRect();
    const row = document.elementFromPoint(left + width / 3, top + height / 2)?.closest('[data-session]');
    (row?.querySelector('[data-cell]') as HTMLElement | null)?.focus();
    return row?.getAttribute('data-session') ?? '';
  });
  const row = sessions.row(middle);
  await expect(row.locator('[data-cell]:focus')).toHaveCount(1);
  const { y } = (await row.boundingBox())!;
  const place = async () => Math.abs(((await row.boundingBox())?.y ?? Infinity) - y);

  // Those that come are newer and stand above.
  await source.opens(120);
  await expect(sessions.grid).toHaveAttribute('aria-rowcount', rowsOf(MANY + 120));
  await expect.poll(place).toBeLessThanOrEqual(1);
  await expect(row.locator('[data-cell]:focus')).toHaveCount(1);

  // Some above and some below go, and their tombstones after them.
  const at = ids.indexOf(middle);
  const going = [...ids.slice(at + 200, at + 260), ...ids.slice(at - 260, at - 200)];
  await source.closes(going);
  await expect(sessions.grid).toHaveAttribute('aria-rowcount', rowsOf(MANY), { timeout: 15_000 });
  await expect.poll(place).toBeLessThanOrEqual(1);
  await expect(row.locator('[data-cell]:focus')).toHaveCount(1);
});

test('two pages follow a storm of changes, and a frozen one counts them', async ({ world }) => {
  const source = await Source.of(world);
  await source.opens(MANY);
  const [first, second] = [await world.sessionsPage('oscar'), await world.sessionsPage('ada')];
  const [live, frozen] = [new SessionsPage(first), new SessionsPage(second)];
  for (const { grid } of [live, frozen]) {
    await expect(grid).toHaveAttribute('aria-rowcount', rowsOf(MANY, 2));
  }
  const freeze = second.getByRole('button', { name: 'Freeze', exact: true });
  await freeze.click();
  await expect(freeze).toHaveAttribute('aria-pressed', 'true');
  const held = await drawn(second);

  for (let round = 0; round < 12; round++) {
    await source.opens(150);
    await source.closes(100);
  }
  const now = MANY + 12 * 50;
  await expect(live.grid).toHaveAttribute('aria-rowcount', rowsOf(now, 2), { timeout: 20_000 });
  await expect(second.getByText('Frozen: 1,800 opened, 1,200 closed')).toBeVisible();
  await expect(frozen.grid).toHaveAttribute('aria-rowcount', rowsOf(MANY, 2));
  expect(await drawn(second)).toEqual(held);

  await freeze.click();
  await expect(frozen.grid).toHaveAttribute('aria-rowcount', rowsOf(now, 2), { timeout: 20_000 });
  await live.live();
  await frozen.live();
  expect(await world.open('WebSSO')).toHaveLength(now);
});

/** The sessions of the drawn rows. */
function drawn(page: Page): Promise<(string | null)[]> {
  const rows = page.locator('[data-session]');
  return rows.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-session')));
}

/** Scrolls, and waits until the picture of it is there. */
async function scroll(page: Page, to: number): Promise<void> {
  await page.locator('.grid').evaluate(async (box, to) => {
    box.scrollTop = to;
    for (let frame = 0; frame < 3; frame++) await new Promise((next) => requestAnimationFrame(next));
  }, to);
}

/** How many rows fit and are drawn, their places, and how much of the box above and below has none. */
function inSight(page: Page) {
  return page.locator('.grid').evaluate((box) => {
    const rows = [...box.querySelectorAll('[data-session]')].map((row) => ({
      rect: row.getBoundingClientRect(),
      index: Number(row.getAttribute('aria-rowindex')),
    }));
    const area = box.getBoundingClientRect();
    const head = box.querySelector('thead')!.getBoundingClientRect();
    const bottom = area.top + box.clientTop + box.clientHeight;
    const height = rows[0]?.rect.height ?? 1;
    return {
      fit: Math.ceil((bottom - area.top) / height),
      drawn: rows.length,
      indexes: rows.map((row) => row.index),
      top: (rows[0]?.rect.top ?? Infinity) - head.bottom,
      bottom: bottom - (rows.at(-1)?.rect.bottom ?? -Infinity),
    };
  });
}
