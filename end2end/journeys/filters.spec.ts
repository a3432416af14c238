// The filters of the sessions page: typed, built in the panel, shown as sentences, by mouse and by keyboard alone.
import { expectAccessible } from '../world/accessible.ts';
import { expect, test, type Page } from '../world/world.ts';
import { SessionsPage } from '../world/sessions_page.ts';

const box = (page: Page) => page.getByRole('searchbox', { name: 'Filter sessions' });
const asked = (page: Page) => page.getByRole('list', { name: 'Filters', exact: true });
const chip = (page: Page, sentence: string) => asked(page).getByRole('button', { name: `Change: ${sentence}`, exact: true });
const panel = (page: Page) => page.getByRole('dialog', { name: 'Filter by' });
const rows = (page: Page) => new SessionsPage(page).grid.locator('[data-session]');

/** The sentences of the chips, in their order. */
const sentences = async (page: Page) => asked(page).locator('.ask-text').allTextContents();

test('clauses typed in the box filter at once and become sentences', async ({ world }) => {
  await world.shell();
  const page = await world.sessionsPage('oscar');
  await expect(rows(page)).toHaveCount(2);

  // While it is typed it is a beginning; finished, it is the whole.
  await box(page).fill('user:al');
  await expect(rows(page)).toHaveCount(1);
  await expect(chip(page, 'user starts with al')).toBeVisible();
  await box(page).press('Enter');
  await expect(rows(page)).toHaveCount(0);
  await expect(box(page)).toHaveValue('');
  await chip(page, 'user is al').press('Delete');
  await expect(rows(page)).toHaveCount(2);
  await expect(box(page)).toBeFocused();

  await box(page).fill('type:ssh user:alice device:127.0.0.0/8 newer:2h watched:no -nonsense');
  await box(page).press('Enter');
  await expect(rows(page)).toHaveCount(1);
  // Clauses left the box, words stay in it.
  await expect(box(page)).toHaveValue('-nonsense');
  expect(await sentences(page)).toEqual([
    'type is PAM SSH',
    'user is alice',
    'device in 127.0.0.0/8',
    'newer than 2 hours',
    'not watched',
  ]);
  await expect(page.getByRole('button', { name: /^PAM SSH/ })).toHaveAttribute('aria-pressed', 'true');
  await expectAccessible(page);

  // Further values of a column are alternatives.
  await box(page).fill('user:oscar');
  await box(page).press('Enter');
  await expect(chip(page, 'user is alice or oscar')).toBeVisible();
  await asked(page).getByRole('button', { name: 'Remove: type is PAM SSH', exact: true }).click();
  await expect(rows(page)).toHaveCount(2);
  await expect(page.getByRole('button', { name: /^All/ })).toHaveAttribute('aria-pressed', 'true');
  await asked(page).getByRole('button', { name: 'Clear all' }).click();
  await expect(asked(page)).toBeHidden();
  await expect(rows(page)).toHaveCount(2);
  await expect(box(page)).toBeFocused();
});

test('what is not understood is said and passed over, and how many match is told', async ({ world }) => {
  const page = await world.sessionsPage('oscar');
  await expect(rows(page)).toHaveCount(1);
  const hint = page.locator('#filter-hint');
  for (const [typed, said] of [
    ['user:', '“user:” waits for a value, such as user:alice.'],
    ['usr:alice', 'There is no filter “usr”: did you mean user:alice? It is passed over.'],
    ['type:vnc', 'There is no type “vnc”'],
    ['older:2', 'write it like 45s, 30m, 2h or 3d'],
    ['device:10.4.0.0/99', '“10.4.0.0/99” is no network'],
  ] as const) {
    await box(page).fill(typed);
    await expect(hint).toContainText(said);
    await expect(rows(page)).toHaveCount(1);
    // What is wrong stays in the box, to be put right.
    await box(page).press('Enter');
    await expect(box(page)).toHaveValue(typed);
  }
  await expectAccessible(page);
  await box(page).fill('user:nobody');
  await expect(hint).toBeHidden();
  await expect(page.getByRole('status').filter({ hasText: '0 sessions match' })).toBeAttached();
  await box(page).press('Escape');
  await expect(page.getByRole('status').filter({ hasText: '1 session matches' })).toBeAttached();
});

test('filters are built in the panel, changed and taken out', async ({ world }) => {
  await world.shell();
  const page = await world.sessionsPage('oscar');
  await expect(rows(page)).toHaveCount(2);

  // One of the values at hand, with their numbers.
  await page.getByRole('button', { name: 'Add filter' }).click();
  await expectAccessible(page);
  await panel(page).getByRole('button', { name: 'User', exact: true }).click();
  await expect(panel(page).getByRole('listitem').filter({ hasText: 'alice' })).toContainText('1');
  await expectAccessible(page);
  await panel(page).getByRole('checkbox', { name: /^alice/ }).check();
  await panel(page).getByRole('button', { name: 'Apply' }).click();
  await expect(panel(page)).toBeHidden();
  await expect(chip(page, 'user is alice')).toBeFocused();
  await expect(rows(page)).toHaveCount(1);

  // Changed to the opposite.
  await chip(page, 'user is alice').click();
  await panel(page).getByRole('combobox', { name: 'User' }).selectOption('is not');
  await panel(page).getByRole('button', { name: 'Apply' }).click();
  await expect(chip(page, 'user is not alice')).toBeVisible();
  await expect(rows(page).filter({ hasText: 'oscar' })).toHaveCount(1);

  // A network; what is none is refused with the reason.
  await page.getByRole('button', { name: 'Add filter' }).click();
  await panel(page).getByRole('button', { name: 'Device', exact: true }).click();
  const address = panel(page).getByRole('textbox');
  await address.fill('10.0.0.0/40');
  await address.press('Enter');
  await expect(panel(page).getByRole('alert')).toContainText('is no network');
  await address.fill('10.0.0.0/8');
  await address.press('Enter');
  await expect(chip(page, 'device in 10.0.0.0/8')).toBeVisible();
  await expect(rows(page)).toHaveCount(0);
  await chip(page, 'device in 10.0.0.0/8').press('Backspace');
  await expect(chip(page, 'user is not alice')).toBeFocused();

  // Times: how long ago, and days by the viewer's calendar.
  await page.getByRole('button', { name: 'Add filter' }).click();
  await panel(page).getByRole('button', { name: 'Start date', exact: true }).click();
  await panel(page).getByRole('spinbutton', { name: 'How many' }).fill('2');
  await panel(page).getByRole('button', { name: 'Apply' }).click();
  await expect(chip(page, 'older than 2 hours')).toBeVisible();
  await expect(rows(page)).toHaveCount(0);
  await chip(page, 'older than 2 hours').click();
  await panel(page).getByRole('combobox', { name: 'When' }).selectOption('Between');
  await panel(page).getByLabel('Day', { exact: true }).fill('2020-01-01');
  await panel(page).getByLabel('Last day', { exact: true }).fill('2099-12-31');
  await expectAccessible(page);
  await panel(page).getByRole('button', { name: 'Apply' }).click();
  await expect(chip(page, 'started from 1 Jan 2020 to 31 Dec 2099')).toBeVisible();
  await expect(rows(page)).toHaveCount(1);

  // Mine: opened by me.
  await page.getByRole('button', { name: 'Add filter' }).click();
  await panel(page).getByRole('button', { name: 'Mine', exact: true }).click();
  await panel(page).getByRole('radio', { name: 'Not mine' }).check();
  await panel(page).getByRole('button', { name: 'Apply' }).click();
  await expect(chip(page, 'not mine')).toBeVisible();
  await expect(rows(page)).toHaveCount(0);
});

test('the owner of an account finds the sessions on it as their own', async ({ world }) => {
  await world.shell();
  const page = await world.sessionsPage('olga');
  await expect(rows(page)).toHaveCount(2);
  await box(page).fill('is:mine type:ssh');
  await expect(rows(page)).toHaveCount(1);
  const oscar = await world.sessionsPage('oscar');
  await expect(rows(oscar)).toHaveCount(3);
  await box(oscar).fill('is:mine');
  await expect(rows(oscar)).toHaveCount(1);
});

test('a filter is made, changed and taken out by keyboard alone', async ({ world }) => {
  await world.shell();
  const page = await world.sessionsPage('oscar');
  await expect(rows(page)).toHaveCount(2);
  await page.keyboard.press('/');
  await expect(box(page)).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Add filter' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(panel(page).getByRole('button', { name: 'Type', exact: true })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(panel(page).getByRole('button', { name: 'User', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(panel(page).getByRole('textbox')).toBeFocused();
  await page.keyboard.type('ali');
  await page.keyboard.press('Tab');
  await expect(panel(page).getByRole('checkbox', { name: /^ali/ }).first()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await expect(chip(page, 'user starts with ali')).toBeFocused();
  await expect(rows(page)).toHaveCount(1);

  // Escape leaves all as it was, and the focus where it came from.
  await page.keyboard.press('Enter');
  await expect(panel(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(panel(page)).toBeHidden();
  await expect(chip(page, 'user starts with ali')).toBeFocused();

  // From the empty box back to the last chip, and out.
  await page.keyboard.press('/');
  await page.keyboard.press('Backspace');
  await expect(chip(page, 'user starts with ali')).toBeFocused();
  await page.keyboard.press('Backspace');
  await expect(rows(page)).toHaveCount(2);
  await expect(box(page)).toBeFocused();
});

test('on a phone the filters fold and stay usable', async ({ world }) => {
  await world.shell();
  const page = await world.sessionsPage('oscar', { viewport: { width: 390, height: 844 } });
  await box(page).fill('type:ssh user:alice newer:2h watched:no');
  await box(page).press('Enter');
  await expect(chip(page, 'not watched')).toBeAttached();
  await page.getByRole('button', { name: 'Add filter' }).click();
  await panel(page).getByRole('button', { name: 'User', exact: true }).click();
  const at = (await panel(page).boundingBox())!;
  expect(at.x).toBeGreaterThanOrEqual(0);
  expect(at.x + at.width).toBeLessThanOrEqual(390);
  expect(at.y + at.height).toBeLessThanOrEqual(844);
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
