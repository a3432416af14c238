// What the scripts of the bench share: a signed-in page in Chromium, and one JSON value a line out.
import { chromium } from '@playwright/test';

export const options = JSON.parse(process.argv[2] ?? '{}');

export function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** The browser. */
export const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** How it is started. */
export const ARGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Signs in; the sessions page is there then. */
export async function signIn(page, user) {
  await page.goto(`${options.url}/sign-in`);
  await page.getByLabel('User name', { exact: true }).fill(user);
  await page.getByLabel('Password', { exact: true }).fill(options.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/sessions');
  await page.locator('html[data-ready]').waitFor({ state: 'attached' });
}

/** Opens the sessions page, runs the measurement and closes the browser whatever happens. */
export async function measure(run, prepare) {
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ARGS });
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => browser.close().finally(() => process.exit(1)));
  }
  try {
    const page = await browser.newPage({ baseURL: options.url, viewport: { width: 1600, height: 900 } });
    if (prepare) await page.addInitScript(prepare, options);
    await signIn(page, options.user);
    await page.locator('[data-session]').first().waitFor();
    await run(page);
  } finally {
    await browser.close();
  }
}

/** The row of the one SSH session. */
export function sshRow(page) {
  return page.locator('[data-session]').filter({ hasText: 'PAM SSH' }).first();
}
