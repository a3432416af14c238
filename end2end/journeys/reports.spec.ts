// A system that reports its sessions: they are on the page, their users are marked, and it is asked to end them.
import { ACCOUNT, AGENT, type World, expect, test } from '../world/world.ts';
import { SessionsPage } from '../world/sessions_page.ts';

/** What a source says and hears. */
class Source {
  private constructor(
    private readonly world: World,
    private readonly token: string,
  ) {}

  static async of(world: World): Promise<Source> {
    return new Source(world, (await world.product.cli(['agent', 'token', AGENT])).trim());
  }

  async report(report: object): Promise<Record<string, string>> {
    const answer = await this.world.product.post('/api/v1/reports', this.token, report);
    expect(answer.status, answer.body).toBe(200);
    return JSON.parse(answer.body) as Record<string, string>;
  }

  /** Opens a session on the account that olga owns; its id. */
  async open(key: string, user: string): Promise<string> {
    const { session } = await this.report({
      open: {
        key, user, device: '192.0.2.9', client: 'ws-12', port: 0, type: 'ESSO',
        service_url: 'https://crm.example', account_name: ACCOUNT.slice(0, -AGENT.length - 1),
      },
    });
    return session!;
  }

  /** The key of the session that it is asked to end. */
  async asked(): Promise<{ key: string; by: string; reason: string }> {
    const answer = await this.world.product.get('/api/v1/reports/commands?wait=20', this.token);
    const { commands } = JSON.parse(answer.body) as { commands: { key: string; by: string; reason: string }[] };
    expect(commands).toHaveLength(1);
    return commands[0]!;
  }
}

test('a reported session shows and is marked, and its source ends it', async ({ world }) => {
  const source = await Source.of(world);
  const sessions = new SessionsPage(await world.sessionsPage('olga'));
  await sessions.live();
  const id = await source.open('a', 'zoe');
  const row = sessions.row(id);
  await expect(row).toContainText('https://crm.example');
  await expect(row).toContainText('ESSO');
  await expect(row.locator('.c-port'), 'nobody comes to a workstation by a port').toHaveText('–');
  await expect(row.getByTitle(/is known here/)).toHaveCount(1);

  await sessions.terminate(row, 'Maintenance');
  expect(await source.asked()).toMatchObject({ key: 'a', by: 'olga', reason: 'Maintenance' });
  await expect(row.getByText('ending…', { exact: true })).toHaveCount(1);
  await source.report({ close: { key: 'a' } });
  await expect(sessions.dialog).toHaveCount(0);
  await expect(row).toHaveCount(0);
});

test('a source that refuses is heard by who asked', async ({ world }) => {
  const source = await Source.of(world);
  const id = await source.open('a', 'nina');
  const sessions = new SessionsPage(await world.sessionsPage('olga'));
  const row = sessions.row(id);
  await expect(row).toHaveCount(1);
  await expect(row.getByTitle(/is known here/)).toHaveCount(0);

  await sessions.terminate(row, 'Maintenance');
  await source.asked();
  await source.report({ refused: { key: 'a', reason: 'a payment runs' } });
  await expect(sessions.dialog).toContainText('a payment runs');
  await sessions.dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(row.getByText('refused', { exact: true })).toHaveCount(1);
});

test('a session goes on over a restart of the server', async ({ world }) => {
  const source = await Source.of(world);
  const id = await source.open('a', 'zoe');
  await world.product.stop();
  await world.product.start();
  const sessions = new SessionsPage(await world.sessionsPage('olga'));
  await expect(sessions.row(id)).toHaveCount(1);
  expect(await source.report({ heartbeat: { key: 'a' } })).toMatchObject({ status: 'renewed', session: id });
});
