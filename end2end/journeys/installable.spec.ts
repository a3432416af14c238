// Installed like an app: what a browser asks of a page before it offers that.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { CHROMIUM, CHROMIUM_ARGS } from '../world/chromium.ts';
import { expect, ready, signIn, test } from '../world/world.ts';
import { SessionsPage } from '../world/sessions_page.ts';
import { worked } from '../world/worker.ts';

/** What Chromium asks its maker of its own accord when it has a profile, whatever page is open. */
const OF_THE_BROWSER =
  /^[A-Z]+ (?:http:\/\/)?(?:(?:update|content-autofill|passwordsleakcheck-pa|optimizationguide-pa)\.googleapis\.com|accounts\.google\.com)[:/]/;

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

test('a tour of every page asks nobody but this server, nor does the worker', async ({ world }) => {
  await world.shell();
  const { id } = await world.onlySession();
  // Whatever is not on this machine goes through a proxy, which writes it down and closes.
  const asked: string[] = [];
  const proxy = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      asked.push(data.toString('latin1').split('\r\n')[0] ?? '');
      socket.destroy();
    });
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  const { port } = proxy.address() as AddressInfo;
  const profile = mkdtempSync(join(tmpdir(), 'sightline-profile-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: [...CHROMIUM_ARGS, `--proxy-server=127.0.0.1:${port}`],
    baseURL: world.product.url,
  });
  try {
    world.guard.watch(context);
    const page = await context.newPage();
    await page.goto('/sign-in');
    await worked(page);
    await signIn(page, 'ada');
    await page.waitForURL('**/sessions');
    for (const path of ['/sessions', `/sessions/${id}`, `/wall?s=${id}`, '/access-logs', '/audit', '/sign-in']) {
      await page.goto(path);
      await ready(page);
    }
    await new SessionsPage(page).live();
    const foreign = () => asked.filter((line) => !OF_THE_BROWSER.test(line));
    expect(foreign()).toEqual([]);

    // The proxy would have noticed.
    world.guard.allow(/elsewhere\.example/);
    await page.goto('http://elsewhere.example/').catch(() => undefined);
    expect(foreign()[0]).toBe('GET http://elsewhere.example/ HTTP/1.1');
  } finally {
    await context.close();
    proxy.close();
    rmSync(profile, { recursive: true, force: true });
  }
});
