// Installed like an app: what a browser asks of a page before it offers that.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { CHROMIUM, CHROMIUM_ARGS } from '../world/chromium.ts';
import { expect, ready, signIn, test } from '../world/world.ts';

test('Chromium finds nothing that keeps Sightline from being installed', async ({ world }) => {
  // A window that keeps nothing cannot install anything: this one has a profile.
  const profile = mkdtempSync(join(tmpdir(), 'sightline-profile-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: CHROMIUM_ARGS,
    baseURL: world.product.url,
  });
  try {
    world.guard.watch(context);
    const page = await context.newPage();
    const browser = await context.newCDPSession(page);
    for (const path of ['/sign-in', '/sessions']) {
      if (path === '/sessions') await signIn(page, 'olga');
      else await page.goto(path);
      await page.waitForURL(`**${path}`);
      await ready(page);

      const { installabilityErrors } = await browser.send('Page.getInstallabilityErrors');
      expect(installabilityErrors, path).toEqual([]);
      const { url, errors, data } = await browser.send('Page.getAppManifest');
      expect(url).toBe(`${world.product.url}/manifest.webmanifest`);
      expect(errors).toEqual([]);
      expect(JSON.parse(data ?? '')).toMatchObject({
        id: '/',
        name: 'Sightline',
        short_name: 'Sightline',
        start_url: '/sessions',
        scope: '/',
        display: 'standalone',
        shortcuts: [
          { name: 'Sessions', url: '/sessions' },
          { name: 'Access logs', url: '/access-logs' },
        ],
      });
    }
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
});

test('every picture that the manifest names is there in its size, and kept for good', async ({ world }) => {
  const page = await world.window();
  await page.goto('/sign-in');
  const manifest = await page.request.get('/manifest.webmanifest');
  expect(manifest.headers()).toMatchObject({ 'content-type': 'application/manifest+json', 'cache-control': 'no-cache' });
  const { icons, screenshots } = (await manifest.json()) as Record<string, { src: string; sizes: string }[]>;
  expect(icons!.map((icon) => icon.sizes).sort()).toEqual(['192x192', '192x192', '512x512', '512x512']);
  expect(screenshots).toHaveLength(2);
  for (const { src, sizes } of [...icons!, ...screenshots!]) {
    const answer = await page.request.get(src);
    expect(answer.headers(), src).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(Number(answer.headers()['content-length']), src).toBeLessThan(150_000);
    const real = await page.evaluate(async (src) => {
      const picture = new Image();
      picture.src = src;
      await picture.decode();
      return `${picture.naturalWidth}x${picture.naturalHeight}`;
    }, src);
    expect(real, src).toBe(sizes);
  }

  const head = page.locator('head');
  await expect(head.locator('link[rel=manifest]')).toHaveAttribute('href', '/manifest.webmanifest');
  await expect(head.locator('meta[name=theme-color]')).toHaveCount(2);
  const touch = await head.locator('link[rel=apple-touch-icon]').getAttribute('href');
  expect((await page.request.get(touch!)).headers()['content-type']).toBe('image/png');
});
