// Whoever wants no motion gets none: nothing moves, fades or pulses, whatever opens and comes.
import { MENUS, closePanel } from '../world/panels.ts';
import { expect, test, type Page } from '../world/world.ts';
import { SessionsPage } from '../world/sessions_page.ts';

/** From here on the page remembers every animation and transition that takes time. */
async function listen(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { moved: seen });
    const note = (event: Event) => {
      const { propertyName, animationName } = event as TransitionEvent & AnimationEvent;
      seen.push(`${event.type} ${propertyName ?? animationName} on ${(event.target as Element).className}`);
    };
    for (const type of ['transitionrun', 'animationstart']) document.addEventListener(type, note, true);
  });
}

async function expectStill(page: Page): Promise<void> {
  expect(await page.evaluate(() => (window as unknown as { moved: string[] }).moved)).toEqual([]);
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
}

test('nothing moves for those who asked for less motion', async ({ world }) => {
  await world.shell();
  const { id } = await world.onlySession();
  const page = await world.sessionsPage('oscar', { reducedMotion: 'reduce' });
  const sessions = new SessionsPage(page);
  await expect(sessions.row(id)).toHaveCount(1);
  await listen(page);

  for (const panel of MENUS) {
    await panel.open(page);
    await closePanel(page);
  }
  await page.getByRole('button', { name: 'Freeze', exact: true }).hover();
  await sessions.header('Type').hover();
  await page.keyboard.press('?');
  await expect(sessions.dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await sessions.row(id).getByRole('button', { name: 'Watch', exact: true }).click();
  await expect(sessions.screen).toContainText('up-42');
  await sessions.header('Type').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Group by Type' }).click();
  await page.locator('[data-group]').first().click();
  await expectStill(page);

  // A message that comes, and a page that is not current.
  world.guard.allow(/WebSocket|ERR_CONNECTION|Failed to (load|fetch)/);
  await world.product.stop();
  await expect(page.getByRole('banner').getByRole('status')).toContainText('Stale since');
  await expectStill(page);
  await world.product.start();
});

test('others see what moves', async ({ world }) => {
  const page = await world.sessionsPage('oscar');
  await new SessionsPage(page).live();
  await listen(page);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  const moved = () => page.evaluate(() => (window as unknown as { moved: string[] }).moved);
  await expect.poll(moved).toContainEqual(expect.stringContaining('animationstart rise'));
});
