// What axe finds on a page.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { closePanel, type Panel } from './panels.ts';

/** Looks in which pages are seen: each theme on each size, each density with each theme and size. */
const LOOKS = [
  { colorScheme: 'light', width: 1600, height: 900, density: 'comfortable' },
  { colorScheme: 'dark', width: 1600, height: 900, density: 'compact' },
  { colorScheme: 'light', width: 390, height: 844, density: 'compact' },
  { colorScheme: 'dark', width: 390, height: 844, density: 'comfortable' },
] as const;

/** Everything of WCAG 2.2 A and AA that can be checked by a program. */
export async function expectAccessible(page: Page): Promise<void> {
  expect(await violations(page)).toEqual([]);
}

/** The same in light and dark, wide and on a phone, comfortable and compact; and nothing sticks out. */
export async function expectAccessibleInEveryLook(page: Page): Promise<void> {
  await inEveryLook(page, (look) => expectWell(page, look));
}

/** The same of a panel that is opened anew in each look; it is all in the window, or can be scrolled. */
export async function expectPanelAccessibleInEveryLook(page: Page, panel: Panel): Promise<void> {
  await inEveryLook(page, async (look) => {
    const open = await panel.open(page);
    // The page behind is looked at elsewhere.
    expect(await violations(page, ':popover-open'), `${panel.name}, ${look}`).toEqual([]);
    const outside = await open.evaluate((element) => {
      const panel = element.closest('[popover]') ?? element;
      const { left, top, right, bottom } = panel.getBoundingClientRect();
      return left < 0 || top < 0 || right > innerWidth || bottom > innerHeight || panel.scrollWidth > panel.clientWidth;
    });
    expect(outside, `${panel.name}, ${look}: it is not all in the window`).toBe(false);
    await closePanel(page);
  });
}

/** Looks at a page in every look, and leaves it as it was. */
async function inEveryLook(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  const before = page.viewportSize();
  for (const { colorScheme, width, height, density } of LOOKS) {
    await page.emulateMedia({ colorScheme });
    // The page hears of another scheme by an event, a moment later.
    await page.waitForFunction((scheme) => {
      const { choice, theme } = document.documentElement.dataset;
      return choice === 'light' || choice === 'dark' || theme === scheme;
    }, colorScheme);
    await page.setViewportSize({ width, height });
    await page.evaluate((density) => (document.documentElement.dataset['density'] = density), density);
    await look(`${colorScheme}, ${width} px, ${density}`);
  }
  await page.emulateMedia({ colorScheme: null });
  await page.evaluate(() => delete document.documentElement.dataset['density']);
  if (before) await page.setViewportSize(before);
}

async function expectWell(page: Page, look: string): Promise<void> {
  expect(await violations(page), look).toEqual([]);
  const sticksOut = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(sticksOut, `${look}: pixels that the page is too wide`).toBeLessThanOrEqual(0);
}

async function violations(page: Page, within?: string): Promise<string[]> {
  // What is still fading in has no contrast yet.
  await page.evaluate(async () => {
    for (;;) {
      // What has just been changed begins to move with the next frame.
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      const moving = document.getAnimations().filter((animation) => {
        const { iterations } = animation.effect?.getComputedTiming() ?? {};
        return iterations !== Infinity && animation.playState === 'running';
      });
      if (moving.length === 0) return;
      await Promise.allSettled(moving.map((animation) => animation.finished));
    }
  });
  const axe = new AxeBuilder({ page });
  if (within !== undefined) axe.include(within);
  const { violations } = await axe
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .setLegacyMode(true)
    .analyze();
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => `    ${node.html}\n    ${node.failureSummary}`).join('\n')}`,
  );
}
