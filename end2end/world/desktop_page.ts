// A desktop's picture on a page: the owner's, a watcher's, or a recorded one.
import { expect, type Locator, type Page } from '@playwright/test';

/** A picture by its number: the same number is the same picture, to the last pixel. */
export type Pictures = Map<number, string>;

export class DesktopPage {
  readonly canvas: Locator;
  /** The pointer of somebody else's mouse. */
  readonly othersMouse: Locator;

  constructor(
    readonly page: Page,
    readonly pane: Locator,
  ) {
    this.canvas = pane.locator('canvas');
    this.othersMouse = pane.locator('.desk-mouse');
  }

  /** A page with a desktop of the person's own. */
  static own(page: Page): DesktopPage {
    return new DesktopPage(page, page.getByRole('region', { name: 'Desktop', exact: true }));
  }

  /** A page with a live pane. */
  static watched(page: Page): DesktopPage {
    return new DesktopPage(page, page.getByRole('region', { name: 'Live session' }));
  }

  button(name: string): Locator {
    return this.pane.getByRole('button', { name, exact: true });
  }

  /** Waits until there is a picture, and notes from then on each that is drawn. */
  async drawn(): Promise<void> {
    await expect(this.canvas).toHaveAttribute('data-seq', /\d/);
    // It has its place on the page a moment later.
    await expect(this.canvas).toBeVisible();
    await this.canvas.evaluate((canvas: HTMLCanvasElement) => {
      const noted = new Map<number, string>();
      // Two sums over all pixels and where they are.
      const note = () => {
        const { width, height } = canvas;
        // Read from a copy: the page's own canvas is not made for it.
        const pen = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
        pen.drawImage(canvas, 0, 0);
        const words = new Uint32Array(pen.getImageData(0, 0, width, height).data.buffer);
        let [a, b] = [0x811c9dc5, 0];
        for (const word of words) {
          a = Math.imul(a ^ word, 0x01000193);
          b = (b + a) | 0;
        }
        noted.set(Number(canvas.dataset['seq']), `${width}x${height} ${a >>> 0} ${b >>> 0}`);
      };
      note();
      new MutationObserver(note).observe(canvas, { attributeFilter: ['data-seq'] });
      Object.assign(canvas, { noted });
    });
  }

  /** Every picture that was noted. */
  async pictures(): Promise<Pictures> {
    const noted = await this.canvas.evaluate((canvas) => [...(canvas as unknown as { noted: Pictures }).noted]);
    return new Map(noted);
  }

  /** The number of the picture that is there now. */
  async seq(): Promise<number> {
    return Number(await this.canvas.getAttribute('data-seq'));
  }

  /** The size of the picture, in pixels of the desktop. */
  size(): Promise<string> {
    return this.canvas.evaluate((canvas: HTMLCanvasElement) => `${canvas.width}x${canvas.height}`);
  }

  /** Where a pixel of the desktop is on the page. */
  async at(x: number, y: number): Promise<[number, number]> {
    const at = await this.canvas.evaluate(
      (canvas: HTMLCanvasElement, [x, y]) => {
        const { left, top, width, height } = canvas.getBoundingClientRect();
        return [left + ((x! + 0.5) / canvas.width) * width, top + ((y! + 0.5) / canvas.height) * height];
      },
      [x, y],
    );
    return [at[0]!, at[1]!];
  }

  /** Waits until somebody else's mouse is shown at a pixel of the desktop, or so near that a smaller picture hides it. */
  async showsMouse(x: number, y: number): Promise<void> {
    await expect(this.othersMouse).toBeVisible();
    await expect
      .poll(async () => {
        const at = (await this.othersMouse.getAttribute('data-at'))!.split(',').map(Number);
        return Math.max(Math.abs(at[0]! - x), Math.abs(at[1]! - y)) <= 3 || at.join();
      })
      .toBe(true);
    // What points is within its picture, or at its edge.
    const box = (await this.othersMouse.boundingBox())!;
    const [left, top] = await this.at(x, y);
    expect(left).toBeGreaterThan(box.x - 4);
    expect(left).toBeLessThan(box.x + box.width + 4);
    expect(top).toBeGreaterThan(box.y - 4);
    expect(top).toBeLessThan(box.y + box.height + 4);
  }

  /** Puts the mouse on the terminal and the keyboard there, too. */
  async atTerminal(): Promise<void> {
    await this.page.mouse.click(...(await this.at(300, 300)));
    await expect(this.pane).toContainText('Keyboard: session');
  }

  /** Types a line and Enter. */
  async enter(line: string): Promise<void> {
    await this.page.keyboard.type(line);
    await this.page.keyboard.press('Enter');
  }
}

/** The two show the same now, and showed the same whenever they had a picture of the same number. */
export async function expectSame(one: DesktopPage, other: DesktopPage): Promise<void> {
  let both = 0;
  await expect
    .poll(async () => {
      const [a, b] = [await one.pictures(), await other.pictures()];
      both = 0;
      for (const [seq, picture] of a) {
        const shown = b.get(seq);
        if (shown === undefined) continue;
        if (shown !== picture) return `picture ${seq}: ${picture} is not ${shown}`;
        both++;
      }
      const [last, lastOther] = [Math.max(...a.keys()), Math.max(...b.keys())];
      return last === lastOther || `${last} is not ${lastOther}`;
    })
    .toBe(true);
  expect(both).toBeGreaterThan(0);
}
