// The person menu: theme, density and language, by mouse and by keyboard, kept here and elsewhere.
import { expect, ready, signIn, test, type Page } from '../world/world.ts';

/** A colour of the page, as the browser computes it. */
function ground(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}

/** The height of a row of the table, in pixels. */
function rowHeight(page: Page): Promise<number> {
  return page.evaluate(() => {
    const row = document.querySelector('[role=grid] tbody tr');
    return row?.getBoundingClientRect().height ?? 0;
  });
}

async function open(page: Page, person = 'Olga Owner'): Promise<void> {
  await page.getByRole('button', { name: `Signed in as ${person}` }).click();
  await expect(page.getByRole('button', { name: 'Sign out', exact: true })).toBeVisible();
}

test('a theme shows at once, and from the first paint on', async ({ world }) => {
  const page = await world.sessionsPage('olga', { colorScheme: 'light' });
  const light = await ground(page);
  await open(page);
  const dark = page.getByRole('button', { name: 'Dark', exact: true });
  await expect(page.getByRole('button', { name: 'System', exact: true })).toHaveAttribute('aria-pressed', 'true');
  const kept = page.waitForResponse('**/api/save_look');
  await dark.click();
  await expect(dark).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  const night = await ground(page);
  expect(night).not.toBe(light);
  expect((await kept).status()).toBe(200);

  // Before the program starts, and without a moment of the other theme: the script in the head decides.
  await page.route('**/*.wasm', (route) => route.abort());
  world.guard.allow(/ERR_FAILED|TypeError|Failed to fetch/);
  await page.reload({ waitUntil: 'domcontentloaded' });
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  expect(await ground(page)).toBe(night);

  // Also at the door, after signing out.
  await page.unroute('**/*.wasm');
  await page.reload();
  await ready(page);
  await open(page);
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.waitForURL(/\/sign-in/);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('the system decides as long as nobody else does', async ({ world }) => {
  const page = await world.sessionsPage('olga', { colorScheme: 'dark' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await open(page);
  await page.getByRole('button', { name: 'Light', exact: true }).click();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.getByRole('button', { name: 'System', exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('a look follows its person to another browser, and nobody else', async ({ world }) => {
  const page = await world.sessionsPage('olga');
  await expect.poll(() => rowHeight(page)).toBeGreaterThan(0);
  const roomy = await rowHeight(page);
  await open(page);
  const kept = page.waitForResponse('**/api/save_look');
  await page.getByRole('button', { name: 'Compact', exact: true }).click();
  await kept;
  await expect.poll(() => rowHeight(page)).toBeLessThan(roomy);
  const tight = await rowHeight(page);

  const elsewhere = await world.sessionsPage('olga');
  await expect.poll(() => rowHeight(elsewhere)).toBe(tight);
  const another = await world.sessionsPage('oscar');
  await expect.poll(() => rowHeight(another)).toBe(roomy);
});

test('the menu needs no mouse', async ({ world }) => {
  const page = await world.sessionsPage('olga');
  const button = page.getByRole('button', { name: 'Signed in as Olga Owner' });
  await button.focus();
  await page.keyboard.press('Enter');
  const visited: string[] = [];
  for (let nth = 0; nth < 12 && visited.at(-1) !== 'Sign out'; nth++) {
    await page.keyboard.press('Tab');
    visited.push((await page.evaluate(() => document.activeElement?.textContent?.trim())) ?? '');
    if (visited.at(-1) === 'Compact') await page.keyboard.press('Space');
  }
  expect(visited).toEqual(expect.arrayContaining(['System', 'Light', 'Dark', 'Comfortable', 'Compact', 'Español', 'Sign out']));
  await expect(page.locator('html')).toHaveAttribute('data-density', 'compact');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Sign out', exact: true })).toBeHidden();
  await expect(button).toBeFocused();
});

test('the door has the look of its last visitor, without the program', async ({ world }) => {
  const page = await world.window({ javaScriptEnabled: false, locale: 'en-GB' });
  await page.goto('/sign-in');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.getByRole('link', { name: 'Español', exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'es');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Iniciar sesión');
  await page.goto('/sign-in');
  await expect(page.locator('html')).toHaveAttribute('lang', 'es');
  await page.goto('/sign-in?language=en');
  await signIn(page, 'olga');
  await page.waitForURL('**/sessions');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});
