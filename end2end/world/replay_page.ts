// A recorded session's page by its accessible names.
import { expect, type Locator, type Page } from '@playwright/test';
import { ready } from './world.ts';

export class ReplayPage {
  readonly pane: Locator;
  readonly screen: Locator;
  readonly slider: Locator;
  readonly play: Locator;
  readonly pause: Locator;
  /** Whether the recording is whole. */
  readonly badge: Locator;
  /** What happened, one button each. */
  readonly marks: Locator;
  readonly text: Locator;

  constructor(readonly page: Page) {
    this.pane = page.getByRole('region', { name: 'Recorded session' });
    this.screen = this.pane.getByRole('document', { name: 'Recorded screen' });
    this.slider = this.pane.getByRole('slider', { name: 'Position' });
    this.play = this.pane.getByRole('button', { name: 'Play', exact: true });
    this.pause = this.pane.getByRole('button', { name: 'Pause', exact: true });
    this.badge = this.pane.locator('summary');
    this.marks = this.pane.getByRole('complementary').getByRole('listitem').getByRole('button');
    this.text = this.pane.getByRole('searchbox', { name: 'Find text' });
  }

  /** Opens a recording, at a moment in milliseconds, and waits for its screen. */
  async open(id: string, at?: number): Promise<void> {
    await this.page.goto(`/sessions/${id}${at === undefined ? '' : `?t=${at / 1000}`}`);
    await ready(this.page);
    await this.painted(1);
  }

  /** Waits until the page has painted that many moments that somebody went to. */
  async painted(times: number): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => performance.getEntriesByName('sightline:replay-painted').length >= wanted,
      times,
    );
  }

  /** Does something that goes to another moment, and waits until that is painted. */
  async seek(act: () => Promise<unknown>): Promise<void> {
    const count = () => performance.getEntriesByName('sightline:replay-painted').length;
    const before = await this.page.evaluate(count);
    await act();
    await this.painted(before + 1);
  }

  /** The position in seconds. */
  async position(): Promise<number> {
    return Number(await this.slider.getAttribute('aria-valuenow'));
  }

  /** The rows with their colours, as markup. */
  rows(): Promise<string> {
    return rowsOf(this.screen);
  }

  async expectWhole(): Promise<void> {
    await expect(this.badge).toHaveText(/^Whole: signed by gw-test-1, \d+ links$/);
  }
}

/** The rows of a screen with their colours, as markup. */
export async function rowsOf(screen: Locator): Promise<string> {
  // What had a look once keeps the attribute.
  return (await screen.innerHTML()).replaceAll(' class=""', '').replaceAll(' style=""', '');
}
