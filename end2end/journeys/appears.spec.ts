// A session's row comes with the session and goes with it.
import { expect, PROVIDER, test } from '../world/world.ts';
import { COLUMNS, SessionsPage } from '../world/sessions_page.ts';
import { LOGIN } from '../world/sshd.ts';

test('a session appears within a second of its start and goes after its end', async ({ world }) => {
  const page = await world.sessionsPage('olga');
  const sessions = new SessionsPage(page);
  await sessions.live();
  await sessions.expectColumns(COLUMNS);
  await expect(sessions.sshRows).toHaveCount(0);

  // The browser and the server have the same clock.
  const appeared = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const observer = new MutationObserver(() => {
          const rows = [...document.querySelectorAll('[data-session]')];
          if (!rows.some((row) => row.textContent?.includes('PAM SSH'))) return;
          observer.disconnect();
          resolve(Date.now());
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
  );
  const terminal = await world.shell();
  const session = await world.onlySession();
  expect((await appeared) - Date.parse(session.started_at)).toBeLessThan(1_000);

  expect(session).toMatchObject({
    user: 'alice',
    full_name: 'Alice Moreno',
    device: '127.0.0.1',
    client: 'gw-test-1',
    type: 'PAM SSH',
    port: world.product.sshPort,
    service_url: world.targetUrl,
    account_name: LOGIN,
    service_provider: PROVIDER,
    agent: 'db-1',
    jump_server_group: null,
    watchers: 0,
    node: 'gw-test-1',
  });
  const row = sessions.row(session.id);
  await expect(row).toHaveCount(1);
  for (const text of ['alice', '127.0.0.1', 'gw-test-1', 'PAM SSH', world.targetUrl, LOGIN, PROVIDER]) {
    await expect(row).toContainText(text);
  }
  await expect(row).toContainText(String(world.product.sshPort));

  terminal.enter('exit 7');
  expect(await terminal.ends()).toBe(7);
  await expect.poll(() => world.open('PAM SSH'), { timeout: 1_000 }).toEqual([]);
  await expect(row).toHaveCount(0);
  await sessions.live();
});

test('every shell and command is a session of its own', async ({ world }) => {
  const page = await world.sessionsPage('olga');
  const sessions = new SessionsPage(page);
  const first = await world.shell();
  const second = world.connect('echo command-runs; exec cat');
  await second.shows(/command-runs/);
  await expect(sessions.sshRows).toHaveCount(2);

  const ids = (await world.open('PAM SSH')).map((session) => session.id);
  expect(new Set(ids).size).toBe(2);
  first.enter('exit');
  await first.ends();
  await expect(sessions.sshRows).toHaveCount(1);

  // A window that is closed takes its session along.
  await second.close();
  await expect(sessions.sshRows).toHaveCount(0);
});
