// A desktop in two pages of two people, its owner's and a watcher's: when each shows what the lamp in its corner says.
import { once } from 'node:events';
import { chromium } from '@playwright/test';
import { ARGS, EXECUTABLE, options, say, signIn } from './page.mjs';

/** Runs in a page: takes the time of every change of the lamp, whenever something was drawn. */
function look({ x, y }) {
  const now = () => performance.timeOrigin + performance.now();
  const level = (value) => Math.round(value / 85);
  const canvas = document.querySelector('canvas');
  const pen = canvas.getContext('2d');
  window.pressed = [];
  addEventListener('keydown', (event) => pressed.push(performance.timeOrigin + event.timeStamp), { capture: true });
  window.changes = [];
  let last;
  const step = () => {
    const [red, green, blue] = pen.getImageData(x, y, 1, 1).data;
    const value = level(red) * 16 + level(green) * 4 + level(blue);
    if (value !== last) changes.push({ at: now(), value });
    last = value;
  };
  step();
  // Whoever draws says so there, right after.
  new MutationObserver(step).observe(canvas, { attributeFilter: ['data-seq'] });
}

const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ARGS });
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => browser.close().finally(() => process.exit(1)));
}
try {
  const open = async (user) => {
    const page = await (await browser.newContext({ viewport: { width: 1600, height: 1000 } })).newPage();
    await signIn(page, user);
    return page;
  };
  const [owner, watcher] = [await open(options.owner), await open(options.user)];
  await owner.goto(`${options.url}/accounts`);
  await owner.getByRole('link', { name: `Connect to ${options.account}`, exact: true }).click();
  // The desktop has the size of its pane: the window is made so that it is the one asked for.
  const size = () => owner.evaluate(() => [document.querySelector('canvas').width, document.querySelector('canvas').height]);
  await owner.locator('canvas[data-seq]').waitFor();
  const [width, height] = await size();
  await owner.setViewportSize({ width: 1600 + options.width - width, height: 1000 + options.height - height });
  await owner.waitForFunction(
    ([width, height]) => {
      const canvas = document.querySelector('canvas');
      return canvas?.width === width && canvas.height === height;
    },
    [options.width, options.height],
  );
  const session = new URL(owner.url()).searchParams.get('session');
  await watcher.goto(`${options.url}/sessions/${session}`);
  await watcher.locator('canvas[data-seq]').waitFor();
  for (const page of [owner, watcher]) await page.evaluate(look, options.lamp);
  const changes = (page, from) => page.evaluate((from) => changes.filter(({ at }) => at >= from), from);
  say('ready');
  say(session);

  if (options.what === 'keys') {
    await owner.locator('canvas').click();
    const took = { owner: [], watcher: [] };
    for (let round = 0; round < options.rounds; round++) {
      const before = await Promise.all([owner, watcher].map((page) => page.evaluate(() => changes.length)));
      await owner.keyboard.press('a');
      const pressed = await owner.evaluate(() => pressed.at(-1));
      const seen = await Promise.all(
        [owner, watcher].map(async (page, which) => {
          const count = before[which];
          await page.waitForFunction((count) => changes.length > count, count);
          return page.evaluate((count) => changes[count].at, count);
        }),
      );
      took.owner.push(seen[0] - pressed);
      took.watcher.push(seen[1] - pressed);
    }
    say(took);
  } else {
    await once(process.stdin, 'data');
    const from = await owner.evaluate(() => performance.timeOrigin + performance.now());
    await owner.evaluate((ms) => new Promise((later) => setTimeout(later, ms)), options.seconds * 1000);
    const [hers, seen] = await Promise.all([changes(owner, from), changes(watcher, from)]);
    const rate = (list) => list.length / options.seconds;
    // The lamp begins again after 64 colours, which is two seconds.
    const behind = seen.flatMap(({ at, value }) => {
      const same = hers.find((other) => other.value === value && Math.abs(at - other.at) < 1000);
      return same ? [at - same.at] : [];
    });
    say({ owner: rate(hers), watcher: rate(seen), behind });
  }
} finally {
  await browser.close();
  process.stdin.destroy();
}
