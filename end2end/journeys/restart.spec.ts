// The server goes away and comes back: the page says so and returns by itself.
import { expect, test } from '../world/world.ts';
import { SessionsPage } from '../world/sessions_page.ts';

test('the page is stale while the server is away, and returns by itself', async ({ world }) => {
  // A server that stops says so to who asks in that moment.
  world.guard.allow(/WebSocket connection to .* failed|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|status of 503/);
  const terminal = await world.shell();
  const before = await world.onlySession();
  const page = await world.sessionsPage('olga');
  const sessions = new SessionsPage(page);
  await sessions.live();
  await expect(sessions.row(before.id)).toHaveCount(1);

  await world.product.stop();
  await expect(sessions.feed).toContainText(/Stale since \d/);
  expect(await terminal.ends()).not.toBe(0);

  await world.product.start();
  await expect(sessions.feed).toContainText('Live', { timeout: 15_000 });
  await expect(sessions.feed).not.toContainText('Stale');
  // What ended meanwhile is gone; what starts now appears.
  await expect(sessions.row(before.id)).toHaveCount(0);
  await world.shell();
  await expect(sessions.row((await world.onlySession()).id)).toHaveCount(1);
});
