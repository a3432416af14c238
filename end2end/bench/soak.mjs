// A page that stays open for long: it must stay live, and have every session at any time.
import { measure, options, say } from './page.mjs';
import { watchTasks } from './tasks.mjs';

await measure(async (page) => {
  const rows = () => page.evaluate(() => Number(document.querySelector('[role=grid]').getAttribute('aria-rowcount')) - 1);
  await page.waitForFunction(
    (count) => Number(document.querySelector('[role=grid]')?.getAttribute('aria-rowcount')) > count,
    options.sessions,
    { timeout: 60_000 },
  );
  await watchTasks(page);
  await page.evaluate(() => {
    window.stale = 0;
    const look = () => {
      if (document.querySelector('.sessions').classList.contains('is-stale')) window.stale += 1;
    };
    new MutationObserver(look).observe(document.querySelector('.sessions'), { attributes: true });
  });
  say('ready');
  let fewest = Infinity;
  const end = Date.now() + options.seconds * 1000;
  while (Date.now() < end) {
    fewest = Math.min(fewest, await rows());
    await page.waitForTimeout(500);
  }
  const stale = await page.evaluate(() => window.stale);
  const longest = await page.evaluate(() => window.longestTask());
  say({ fewest, rows: await rows(), stale, longest_task_ms: longest });
});
