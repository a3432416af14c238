// A long recording, of a terminal or a desktop: from the navigation to its first screen, and from a press on the timeline to the
// screen there.
import { measure, options, say } from './page.mjs';

const MARK = 'sightline:replay-painted';

await measure(async (page) => {
  say('ready');
  const painted = (count) =>
    page.waitForFunction(([mark, count]) => performance.getEntriesByName(mark).length >= count, [MARK, count]);
  const shows = async (where) => {
    if (options.picture) {
      // A white page, a video or a word: never black all over.
      const blank = await page.locator('canvas').first().evaluate((canvas) => {
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return pixels.every((part, at) => at % 4 === 3 || part === 0);
      });
      if (blank) throw new Error(`the picture is black ${where}`);
      return;
    }
    const shown = (await page.getByRole('document', { name: 'Recorded screen' }).textContent()) ?? '';
    if (shown.trim() === '') throw new Error(`the screen is blank ${where}`);
  };
  // Anywhere, and no two neighbours after one another.
  const anywhere = (round) => ((round + 1) * 0.618034) % 1;
  const first = [];
  for (let round = 0; round < options.rounds; round++) {
    await page.goto(`/sessions/${options.session}?t=${Math.round(anywhere(round) * options.seconds)}`);
    await painted(1);
    // Counted from the start of the navigation.
    first.push(await page.evaluate((mark) => performance.getEntriesByName(mark)[0].startTime, MARK));
    await shows('at first');
  }
  await page.evaluate(() => {
    addEventListener('pointerdown', (event) => (window.pressed = event.timeStamp), { capture: true });
  });
  const track = await page.getByRole('slider', { name: 'Position' }).boundingBox();
  const seek = [];
  for (let round = 0; round < options.seeks; round++) {
    const before = await page.evaluate((mark) => performance.getEntriesByName(mark).length, MARK);
    await page.mouse.click(track.x + track.width * anywhere(round), track.y + track.height / 2);
    await painted(before + 1);
    seek.push(await page.evaluate((mark) => performance.getEntriesByName(mark).at(-1).startTime - window.pressed, MARK));
    await shows('after a seek');
  }
  say({ first, seek });
});
