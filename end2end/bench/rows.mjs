// When the page's table has the row of each new SSH session, and when it shows that it is over.
import { measure, options, say } from './page.mjs';

await measure(async (page) => {
  await page.evaluate((count) => {
    const rows = new Map();
    // The clock of the machine, finer than a millisecond.
    const now = () => performance.timeOrigin + performance.now();
    window.seen = new Promise((resolve) => {
      const look = () => {
        const shown = new Map();
        for (const row of document.querySelectorAll('[data-session]')) shown.set(row.dataset.session, row);
        for (const [id, row] of shown) {
          if (!rows.has(id) && row.textContent.includes('PAM SSH')) rows.set(id, { id, appeared: now() });
        }
        for (const [id, seen] of rows) {
          const row = shown.get(id);
          if (seen.ended === undefined && (!row || row.matches('.ended, [data-ended], [data-state="ended"]'))) {
            seen.ended = now();
          }
        }
        const done = [...rows.values()].filter((row) => row.ended !== undefined);
        if (done.length >= count) resolve(done);
      };
      new MutationObserver(look).observe(document.body, {
        subtree: true,
        childList: true,
        attributes: true,
        characterData: true,
      });
    });
  }, options.count);
  say('ready');
  say(await page.evaluate(() => window.seen));
});
