// A page that watches a session while 100 MB rush through it.
import { measure, options, say, sshRow } from './page.mjs';
import { untilShown, watchTasks } from './tasks.mjs';

await measure(async (page) => {
  await sshRow(page).getByRole('button', { name: 'Watch', exact: true }).click();
  await untilShown(page, 'ready-to-measure');
  await watchTasks(page);
  const start = await page.evaluate(() => performance.now());
  say('ready');
  const end = await untilShown(page, options.end);
  say({ took_ms: end - start, longest_task_ms: await page.evaluate(() => window.longestTask()) });
});
