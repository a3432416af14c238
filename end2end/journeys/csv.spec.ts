// The CSV of the sessions page: its options, and the digest that the page and the audit say.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expectAccessible } from '../world/accessible.ts';
import { Source } from '../world/reports.ts';
import { expect, ready, test, type Page } from '../world/world.ts';

test('options are used and remembered, and the digest is that of the file', async ({ world }) => {
  await world.shell();
  const page = await world.sessionsPage('olga', { permissions: ['clipboard-read', 'clipboard-write'] });
  await expect(page.getByRole('grid', { name: 'Sessions' }).locator('[data-session]')).toHaveCount(2);

  const plain = await download(page);
  expect(plain.text).toMatch(/^User,Device,Client,/);
  await options(page);
  await page.getByRole('checkbox', { name: 'All columns' }).check();
  await page.getByRole('checkbox', { name: 'Times in UTC' }).check();
  await page.getByRole('checkbox', { name: 'Byte order mark' }).check();
  await page.getByRole('combobox', { name: 'Separator' }).selectOption('Semicolon');
  await page.keyboard.press('Escape');

  const chosen = await download(page);
  expect([...chosen.bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  expect(chosen.text).toContain('User;Device;Client;Start date;');
  expect(chosen.text).toContain(';Session id\r\n');
  expect(chosen.text).toMatch(/;\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00;/);

  // What the page says is what any other program works out, and can be copied.
  const digest = createHash('sha256').update(chosen.bytes).digest('hex');
  await options(page);
  const panel = page.locator('#csv-menu');
  await expect(panel).toContainText(digest);
  await expectAccessible(page);
  await panel.getByRole('button', { name: 'Copy' }).click();
  await expect(panel.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(digest);

  await page.reload();
  await ready(page);
  await options(page);
  await expect(page.getByRole('checkbox', { name: 'All columns' })).toBeChecked();
  await expect(page.getByRole('combobox', { name: 'Separator' })).toHaveValue(';');

  const audit = await world.sessionsPage('ada');
  await audit.goto('/audit?action=exported');
  const events = audit.getByRole('region', { name: 'Events' }).locator('tbody').getByRole('row');
  await expect(events).toHaveCount(2);
  const event = events.filter({ hasText: digest });
  await expect(event).toContainText('2 rows, filter: all, columns: User, Device, Client');
  await expect(event).toContainText(`file: ${chosen.name}`);
});

test('the options are set and the file is taken by keyboard alone', async ({ world }) => {
  const page = await world.sessionsPage('olga');
  const menu = page.getByRole('button', { name: 'Export options' });
  await menu.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('checkbox', { name: 'All columns' })).toBeFocused();
  await page.keyboard.press('Space');
  await page.keyboard.press('Escape');
  await expect(menu).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  expect(await readFile(await file.path(), 'utf8')).toContain(',Session id\r\n');
});

test('only the chosen rows are taken, and the digest is told at once', async ({ world }) => {
  await world.shell();
  const { id } = await world.onlySession();
  const page = await world.sessionsPage('oscar');
  const grid = page.getByRole('grid', { name: 'Sessions' });
  await expect(grid.locator('[data-session]')).toHaveCount(2);
  await options(page);
  const rows = page.getByRole('combobox', { name: 'Rows' });
  await expect(rows.getByRole('option', { name: 'Only the chosen ones' })).toBeDisabled();
  await page.keyboard.press('Escape');
  await grid.locator(`[data-session="${id}"]`).getByRole('checkbox', { name: 'Choose', exact: true }).click();
  await options(page);
  await rows.selectOption('Only the chosen ones');
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  const chosen = await download(page);
  const lines = chosen.text.trimEnd().split('\r\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/^alice,/);
  const digest = createHash('sha256').update(chosen.bytes).digest('hex');
  await expect(page.getByRole('status').filter({ hasText: `1 row exported. SHA-256 ${digest}` })).toBeVisible();

  // With nothing chosen all rows are meant again.
  await page.getByRole('button', { name: 'Choose none' }).click();
  expect((await download(page)).text.trimEnd().split('\r\n')).toHaveLength(3);

  const audit = await world.sessionsPage('ada');
  await audit.goto('/audit?action=exported');
  const events = audit.getByRole('region', { name: 'Events' }).locator('tbody').getByRole('row');
  await expect(events.filter({ hasText: digest })).toContainText('1 rows, filter: all, chosen rows alone');
});

test('an export of many rows says how far it is and can be cancelled', async ({ world }) => {
  const source = await Source.of(world);
  await source.opens(6_000);
  const page = await world.sessionsPage('oscar');
  await expect(page.getByRole('grid', { name: 'Sessions' })).toHaveAttribute('aria-rowcount', '6002');
  const files: string[] = [];
  page.on('download', (file) => files.push(file.suggestedFilename()));

  // On a machine that takes its time, so that there is something to cancel; pressed as soon as it is there.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 20 });
  const said = await page.evaluate(
    () =>
      new Promise<string>((said) => {
        const progress = document.querySelector('.exporting')!;
        const seen = new MutationObserver(() => {
          if (progress.hasAttribute('hidden')) return;
          seen.disconnect();
          const cancel = progress.querySelector('button')!;
          said(progress.textContent!.replace(cancel.textContent!, ''));
          cancel.click();
        });
        seen.observe(progress, { attributes: true });
        const buttons = [...document.querySelectorAll('button')];
        buttons.find((button) => button.textContent === 'Download CSV')!.click();
      }),
  );
  expect(said).toMatch(/^[\d,]+ of 6,001 rows$/);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  await expect(page.getByRole('status').filter({ hasText: 'The export is cancelled.' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel export' })).toBeHidden();

  // The next one is whole, and the only one.
  expect((await download(page)).text.trimEnd().split('\r\n')).toHaveLength(6_002);
  expect(files).toHaveLength(1);
  const audit = await world.sessionsPage('ada');
  await audit.goto('/audit?action=exported');
  await expect(audit.getByRole('region', { name: 'Events' }).locator('tbody').getByRole('row')).toHaveCount(1);
});

async function options(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Export options' }).click();
  await expect(page.locator('#csv-menu')).toBeVisible();
}

async function download(page: Page): Promise<{ name: string; bytes: Buffer; text: string }> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download CSV', exact: true }).click(),
  ]);
  const bytes = await readFile(await file.path());
  return { name: file.suggestedFilename(), bytes, text: bytes.toString('utf8') };
}
