// From the press on Watch to the mark that the page sets when the screen is painted.
import { measure, options, say, sshRow } from './page.mjs';

await measure(async (page) => {
  const row = sshRow(page);
  await row.waitFor();
  await page.evaluate(() => {
    addEventListener('click', (event) => (window.pressed = event.timeStamp), { capture: true });
  });
  const pane = page.getByRole('region', { name: 'Live session' });
  say('ready');
  const took = [];
  for (let round = 0; round < options.rounds; round++) {
    await page.evaluate(() => performance.clearMarks('sightline:live-painted'));
    await row.getByRole('button', { name: 'Watch', exact: true }).click();
    await page.waitForFunction(() => performance.getEntriesByName('sightline:live-painted').length > 0);
    took.push(
      await page.evaluate(() => performance.getEntriesByName('sightline:live-painted')[0].startTime - window.pressed),
    );
    // Painted is only worth something when it is the right screen.
    const text = await pane.getByRole('log').or(pane.getByRole('document')).textContent();
    if (!text.includes(options.text)) throw new Error(`the pane was marked as painted and shows: ${text}`);
    await pane.getByRole('button', { name: 'Close', exact: true }).click();
    await pane.waitFor({ state: 'detached' });
  }
  say(took);
});
