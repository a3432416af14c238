// The sessions page by its accessible names.
import { expect, type Locator, type Page } from '@playwright/test';

export const COLUMNS = [
  'User',
  'Device',
  'Client',
  'Start date',
  'Type',
  'Port',
  'Service URL',
  'Account name',
  'Service provider',
] as const;

export class SessionsPage {
  readonly grid: Locator;
  readonly pane: Locator;
  readonly dialog: Locator;
  /** Whether the feed is live or stale. */
  readonly feed: Locator;

  constructor(readonly page: Page) {
    this.grid = page.getByRole('grid', { name: 'Sessions', exact: true });
    this.pane = page.getByRole('region', { name: 'Live session' });
    this.dialog = page.getByRole('dialog');
    this.feed = page.getByRole('status').filter({ hasText: /Live|Stale/ });
  }

  /** The row of a session. */
  row(id: string): Locator {
    return this.grid.locator(`[data-session="${id}"]`);
  }

  /** The rows of open SSH sessions. */
  get sshRows(): Locator {
    return this.grid.getByRole('row').filter({ has: this.page.getByText('PAM SSH', { exact: true }) });
  }

  header(name: string): Locator {
    return this.grid.getByRole('columnheader', { name, exact: true });
  }

  /** The screen of the live pane. */
  get screen(): Locator {
    return this.pane.getByRole('log').or(this.pane.getByRole('document'));
  }

  /** The lines of that screen, without what is blank at their ends. */
  async lines(): Promise<string[]> {
    const text = (await this.screen.textContent()) ?? '';
    return text.split('\n').map((line) => line.trimEnd());
  }

  /** The names of the columns that show, in their order, without the unnamed one of the buttons. */
  async columns(): Promise<string[]> {
    const headers = await this.grid.getByRole('columnheader').all();
    const names = await Promise.all(headers.map((header) => accessibleName(header)));
    return names.filter((name) => name !== '' && name !== 'Actions');
  }

  async expectColumns(names: readonly string[]): Promise<void> {
    await expect(async () => expect(await this.columns()).toEqual(names)).toPass({ timeout: 5_000 });
  }

  async live(): Promise<void> {
    await expect(this.feed).toContainText('Live');
  }

  /** Asks for control and waits until it is there, and keys go to the session. */
  async takeControl(mode: 'Shared' | 'Exclusive' = 'Shared'): Promise<void> {
    await this.pane.getByRole('combobox', { name: 'Mode of control' }).selectOption(mode);
    await this.pane.getByRole('button', { name: 'Take control', exact: true }).click();
    await expect(this.pane).toContainText('You have control');
    await expect(this.pane).toContainText('Keyboard: session');
  }

  /** Writes to the session's user. */
  async sendMessage(text: string): Promise<void> {
    await this.pane.getByRole('button', { name: 'Message…', exact: true }).click();
    await this.dialog.getByRole('textbox', { name: 'Message' }).fill(text);
    await this.page.keyboard.press('Enter');
    await expect(this.dialog).toHaveCount(0);
    await expect(this.pane).toContainText('Message sent.');
  }

  /** Ends a session from its row, with a reason. */
  async terminate(row: Locator, reason: string): Promise<void> {
    await row.getByRole('button', { name: 'Terminate', exact: true }).click();
    await this.confirm(reason);
  }

  /** Gives the reason in the open dialog. */
  async confirm(reason: string): Promise<void> {
    await this.dialog.getByRole('textbox', { name: 'Reason' }).fill(reason);
    await this.dialog.getByRole('button', { name: 'Terminate session', exact: true }).click();
  }

  async openView(): Promise<void> {
    await this.page.getByRole('button', { name: 'View', exact: true }).click();
  }
}

/** The name that a screen reader says, from the browser's own accessibility tree. */
async function accessibleName(element: Locator): Promise<string> {
  const snapshot = await element.ariaSnapshot();
  return snapshot.match(/^- columnheader "((?:[^"\\]|\\.)*)"/)?.[1] ?? '';
}
