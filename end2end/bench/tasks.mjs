// The longest task of a page, from the browser's own account.

/** Begins to take note; the page's function `longestTask()` tells. */
export async function watchTasks(page) {
  await page.evaluate(() => {
    let longest = 0;
    const observer = new PerformanceObserver((list) => {
      for (const task of list.getEntries()) longest = Math.max(longest, task.duration);
    });
    observer.observe({ type: 'longtask' });
    window.longestTask = () => {
      for (const task of observer.takeRecords()) longest = Math.max(longest, task.duration);
      return longest;
    };
  });
}

/** Waits in the page until the screen of the live pane holds the text; resolves with the time. */
export function untilShown(page, text) {
  return page.evaluate(
    (text) =>
      new Promise((resolve) => {
        const pane = document.querySelector('[aria-label="Live session"], [role=region]');
        const look = () => {
          if (pane.querySelector('[role=log], [role=document]')?.textContent.includes(text)) resolve(performance.now());
          else requestAnimationFrame(look);
        };
        look();
      }),
    text,
  );
}
