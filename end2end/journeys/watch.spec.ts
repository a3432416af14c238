// Watching: the owner of the account reads what Alice types, while she types it.
import { expect, test } from '../world/world.ts';
import { SessionsPage } from '../world/sessions_page.ts';

test('the pane shows the screen as it is on joining, and then live', async ({ world }) => {
  const terminal = await world.shell();
  terminal.enter('echo "before-$((1000 + 1))"');
  await terminal.shows(/before-1001/);
  const session = await world.onlySession();

  const page = await world.sessionsPage('olga');
  const sessions = new SessionsPage(page);
  await sessions.row(session.id).getByRole('button', { name: 'Watch', exact: true }).click();
  await expect(sessions.pane).toBeVisible();
  await expect(sessions.screen).toContainText('before-1001');

  terminal.enter('echo "during-$((2000 + 2))"');
  await expect(sessions.screen).toContainText('echo "during-$((2000 + 2))"');
  await expect(sessions.screen).toContainText('during-2002');

  // Text of the terminal is text, whatever it says, and the screen has the size of Alice's window.
  terminal.enter("clear; printf '%s\\n' '<b>bold</b> &amp; <script>'");
  await expect(sessions.screen).toContainText('<b>bold</b> &amp; <script>');
  await expect(sessions.pane).toContainText(/100\s*×\s*30/);

  // Her program takes the whole screen, and the pane follows it line by line.
  terminal.enter("printf '\\033[2J\\033[5;10Hrow five\\033[20;3Hrow twenty\\n'; cat");
  const apart = async () => {
    const lines = await sessions.lines();
    const five = lines.findIndex((line) => line.startsWith(' '.repeat(9) + 'row five'));
    const twenty = lines.findIndex((line) => line.startsWith('  row twenty'));
    return twenty - five;
  };
  await expect.poll(apart).toBe(15);
});

test('who watches is known to everybody concerned', async ({ world }) => {
  const terminal = await world.shell();
  expect(terminal.output).toContain('this session may be watched');
  const session = await world.onlySession();
  expect(session.watchers).toBe(0);

  const olga = new SessionsPage(await world.sessionsPage('olga'));
  await olga.row(session.id).getByRole('button', { name: 'Watch', exact: true }).click();
  await expect(olga.screen).toContainText('up-42');

  const oscar = new SessionsPage(await world.sessionsPage('oscar'));
  await oscar.row(session.id).getByRole('button', { name: 'Watch', exact: true }).click();
  await expect(oscar.screen).toContainText('up-42');
  for (const { pane } of [oscar, olga]) {
    await expect(pane).toContainText('Olga Owner and Oscar Operator watch');
  }
  await expect.poll(async () => (await world.onlySession()).watchers).toBe(2);

  await olga.page.context().close();
  await expect(oscar.pane).toContainText('Oscar Operator watches');
  await expect.poll(async () => (await world.onlySession()).watchers).toBe(1);
});

test('a session has a page of its own, which says so when it is over', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();

  const page = await world.sessionsPage('olga');
  const sessions = new SessionsPage(page);
  await page.goto(`/sessions/${id}`);
  await expect(sessions.screen).toContainText('up-42');
  terminal.enter('echo "page-$((3000 + 3))"');
  await expect(sessions.screen).toContainText('page-3003');

  terminal.enter('exit');
  await terminal.ends();
  await expect(sessions.pane).toContainText(/closed/i);
  // What was on the screen stays readable.
  await expect(sessions.screen).toContainText('page-3003');
});

test('Enter on a row watches it', async ({ world }) => {
  await world.shell();
  const { id } = await world.onlySession();
  const page = await world.sessionsPage('olga');
  const sessions = new SessionsPage(page);
  await sessions.row(id).getByRole('gridcell').first().click();
  await page.keyboard.press('Enter');
  await expect(sessions.screen).toContainText('up-42');
});

test('a long output arrives whole, and the pane ends on the same screen', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const page = await world.sessionsPage('olga');
  const sessions = new SessionsPage(page);
  await sessions.row(id).getByRole('button', { name: 'Watch', exact: true }).click();
  await expect(sessions.screen).toContainText('up-42');

  terminal.enter('seq 1 300000; echo "done-$((40 + 4))"');
  await terminal.shows(/done-44/, 30_000);
  for (const line of [2, 150_000, 299_999, 300_000]) expect(terminal.output).toContain(`\n${line}\r\n`);
  await expect(sessions.screen).toContainText('done-44');
  const shown = await sessions.lines();
  const last = shown.indexOf('300000');
  expect(last).toBeGreaterThan(10);
  for (let back = 1; back <= 10; back++) expect(shown[last - back]).toBe(String(300_000 - back));
});
