// The service worker of a page, and what it keeps.
import { expect, type Page } from '@playwright/test';

/** Waits until the worker serves this page: only then is the offline page at hand. */
export async function worked(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
}

/** Every cache by its name, with the paths of what it holds. */
export function cached(page: Page): Promise<Record<string, string[]>> {
  return page.evaluate(async () => {
    const held: Record<string, string[]> = {};
    for (const name of await caches.keys()) {
      const requests = await (await caches.open(name)).keys();
      held[name] = requests.map((request) => request.url.slice(location.origin.length)).sort();
    }
    return held;
  });
}
