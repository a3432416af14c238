// A database session: its owner reads the statements as they come, speaks to who sends them, and ends it.
import { ReplayPage } from '../world/replay_page.ts';
import { SessionsPage } from '../world/sessions_page.ts';
import { psql, Warehouse } from '../world/warehouse.ts';
import { expect, test } from '../world/world.ts';

const REASON = 'The nightly load begins';

test('statements come with their rows, and the end with its reason', async ({ world }) => {
  const warehouse = await Warehouse.start(world);
  const client = psql(world);
  client.write("SELECT 'up-' || (40 + 2);\n");
  await client.says(/up-42/, 0, 30_000);
  const sessions = new SessionsPage(await world.sessionsPage('olga'));
  const [session] = await world.open('PAM');
  const row = sessions.row(session!.id);
  await expect(row).toContainText('PAM');
  await expect(row).toContainText('Warehouse');
  await expect(row).toContainText('/postgres');

  await row.getByRole('button', { name: 'Watch', exact: true }).click();
  await expect(sessions.screen).toContainText("SELECT 'up-' || (40 + 2);");
  await expect(sessions.screen).toContainText(/1 row in/);
  client.write('SELECT generate_series(1, 17);\n');
  await expect(sessions.screen).toContainText('SELECT generate_series(1, 17);');
  await expect(sessions.screen).toContainText(/17 rows in/);
  await client.says(/olga watches this session/);
  client.write("ALTER ROLE app PASSWORD 'warehouse secret';\nSELECT nothing;\n");
  await expect(sessions.screen).toContainText('ALTER ROLE app PASSWORD •••');
  await expect(sessions.screen).toContainText('ERROR 42703');

  client.write('SELECT pg_sleep(600);\n');
  await expect(sessions.screen).toContainText('pg_sleep(600)');
  await sessions.pane.getByRole('button', { name: 'Terminate', exact: true }).click();
  await sessions.confirm(REASON);
  await client.says(new RegExp(`Session ended by olga: ${REASON}`));
  client.closeInput();
  await client.ends();
  await expect(sessions.pane).toContainText(/terminated/i);
  await expect(sessions.pane).toContainText(REASON);
  await expect(sessions.row(session!.id)).toHaveCount(0);

  // What was seen is replayed.
  await world.recording(session!.id);
  const replay = new ReplayPage(sessions.page);
  await replay.open(session!.id, 9_999_000);
  await expect(replay.screen).toContainText('pg_sleep(600)');
  await warehouse.stop();
});
