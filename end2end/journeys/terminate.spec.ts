// Ending a session: the page, the row, the watcher and the terminal all learn it, with the reason.
import { expect, test } from '../world/world.ts';
import { ReplayPage } from '../world/replay_page.ts';
import { SessionsPage } from '../world/sessions_page.ts';

const REASON = 'Maintenance window: please come back at six';

test('from its row', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const sessions = new SessionsPage(await world.sessionsPage('olga'));

  await sessions.terminate(sessions.row(id), REASON);
  expect(await terminal.ends()).not.toBe(0);
  expect(terminal.output).toContain(REASON);
  await expect(sessions.dialog).toHaveCount(0);
  await expect(sessions.row(id)).toHaveCount(0);
  expect(await world.open('PAM SSH')).toEqual([]);
});

test('from the pane, while somebody else watches', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const other = new SessionsPage(await world.sessionsPage('oscar'));
  await other.page.goto(`/sessions/${id}`);
  await expect(other.screen).toContainText('up-42');

  const sessions = new SessionsPage(await world.sessionsPage('olga'));
  await sessions.row(id).getByRole('button', { name: 'Watch', exact: true }).click();
  await expect(sessions.screen).toContainText('up-42');
  await sessions.pane.getByRole('button', { name: 'Terminate', exact: true }).click();
  await sessions.confirm(REASON);

  expect(await terminal.ends()).not.toBe(0);
  expect(terminal.output).toContain(REASON);
  for (const { pane } of [sessions, other]) {
    await expect(pane).toContainText(/terminated/i);
    await expect(pane).toContainText('olga');
    await expect(pane).toContainText(REASON);
  }
  await world.recording(id);
  // From where it was watched it can be replayed, also on a page that has the address already.
  for (const { page, pane } of [sessions, other]) {
    await pane.getByRole('link', { name: 'Replay', exact: true }).click();
    const replay = new ReplayPage(page);
    await replay.painted(1);
    await expect(replay.pane).toContainText(REASON);
  }
});

test('from the command line, while the page is open', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const sessions = new SessionsPage(await world.sessionsPage('olga'));
  await expect(sessions.row(id)).toHaveCount(1);

  await world.product.cli(['session', 'terminate', id, '--reason', REASON]);
  expect(await terminal.ends()).not.toBe(0);
  expect(terminal.output).toContain(REASON);
  await expect(sessions.row(id)).toHaveCount(0);
});

test('through the API, and only by who may', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const path = `/api/v1/sessions/${id}/terminate`;

  const stranger = await world.product.post(path, await world.token('nina'), { reason: REASON });
  expect(stranger.status).toBe(404);
  expect(stranger.type).toContain('application/problem+json');
  expect(terminal.running).toBe(true);

  const owner = await world.product.post(path, await world.token('olga'), { reason: REASON });
  expect(owner.status).toBeLessThan(300);
  expect(await terminal.ends()).not.toBe(0);
  expect(terminal.output).toContain(REASON);
});
