// Connecting from the page: the terminal in the browser is that of a session like any other.
import { expectAccessibleInEveryLook } from '../world/accessible.ts';
import { ACCOUNT, AGENT, expect, passwordOf, ready, test, type Page, type World } from '../world/world.ts';
import { LOGIN } from '../world/sshd.ts';
import { SessionsPage } from '../world/sessions_page.ts';

const UNKNOWN = '0196e1f2-0000-7000-8000-000000000000';

/** A page with a session's own terminal. */
class TerminalPage {
  constructor(readonly page: Page) {}

  get pane() {
    return this.page.getByRole('region', { name: 'Terminal', exact: true });
  }

  get screen() {
    return this.pane.getByRole('document');
  }

  button(name: string) {
    return this.pane.getByRole('button', { name, exact: true });
  }

  async enter(line: string): Promise<void> {
    await this.page.keyboard.type(line);
    await this.page.keyboard.press('Enter');
  }

  /** The shell has read a line and done what it says. */
  async answers(): Promise<void> {
    await expect(this.pane).toContainText('Keyboard: session');
    await this.enter('echo "up-$((6 * 7))"');
    await expect(this.screen).toContainText('up-42');
  }
}

/** Somebody at the accounts page. */
async function atAccounts(world: World, person: 'alice' | 'olga' | 'nina'): Promise<Page> {
  const page = await world.sessionsPage(person);
  await page.getByRole('navigation').getByRole('link', { name: 'Accounts', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Accounts', exact: true })).toBeVisible();
  return page;
}

async function connect(world: World): Promise<TerminalPage> {
  const page = await atAccounts(world, 'alice');
  await page.getByRole('link', { name: `Connect to ${ACCOUNT}`, exact: true }).click();
  const terminal = new TerminalPage(page);
  await terminal.answers();
  return terminal;
}

test('alice connects, types, is watched, and ends her session', async ({ world }) => {
  const alice = await connect(world);
  await expect(alice.page.getByRole('heading', { level: 1, name: `${LOGIN} on ${AGENT}` })).toBeVisible();
  const session = await world.onlySession();
  expect(session).toMatchObject({ user: 'alice', account_name: LOGIN, agent: AGENT, device: '127.0.0.1' });
  await expect(alice.page).toHaveURL(new RegExp(`session=${session.id}$`));

  const olga = new SessionsPage(await world.sessionsPage('olga'));
  await olga.row(session.id).getByRole('button', { name: 'Watch', exact: true }).click();
  await expect(olga.screen).toContainText('up-42');
  await expect(alice.screen).toContainText('olga watches this session.');
  await alice.enter('echo "both-$((50 + 5))"');
  for (const screen of [alice.screen, olga.screen]) await expect(screen).toContainText('both-55');
  // What both show once the prompt is there, too.
  await expect
    .poll(async () => {
      const [hers, seen] = await Promise.all([alice.screen.innerText(), olga.screen.innerText()]);
      return seen.trimEnd() === hers.trimEnd() || { hers, seen };
    })
    .toBe(true);

  // Keys that are no text, and those that the browser takes elsewhere.
  await alice.enter('cat -v');
  for (const key of ['Escape', 'Tab', 'F1', 'ArrowUp', 'Control+l']) await alice.page.keyboard.press(key);
  await alice.page.keyboard.press('Enter');
  await expect(alice.screen).toContainText(/\^\[\s+\^\[OP\^\[\[A\^L/);
  await alice.page.keyboard.press('Control+c');
  await alice.enter('echo "stopped-$((3 * 3))"');
  await expect(alice.screen).toContainText('stopped-9');

  // The owner of the account takes part and says something, as with any session.
  await olga.takeControl();
  await expect(alice.screen).toContainText('olga may type, beside you.');
  await olga.page.keyboard.type('echo "hers-$((7 * 7))"');
  await olga.page.keyboard.press('Enter');
  await expect(alice.screen).toContainText('hers-49');

  await alice.button('End session').click();
  await expect(alice.pane.getByRole('status').filter({ hasText: 'Ended' })).toContainText('closed');
  await expect.poll(() => world.open('PAM SSH')).toEqual([]);
  await expect(olga.pane).toContainText('closed');

  // And once more, on the same page.
  await alice.button('Connect again').click();
  await alice.answers();
  expect((await world.onlySession()).id).not.toBe(session.id);
});

test('the window sets the size', async ({ world }) => {
  const terminal = await connect(world);
  const { page } = terminal;
  const size = async (): Promise<string> => {
    await terminal.enter('clear; echo "size $(stty size) end"');
    let said: string | undefined;
    const read = async () => (said = (await terminal.screen.innerText()).match(/size (\d+ \d+) end\s/)?.[1]);
    await expect.poll(read).toBeDefined();
    return said!;
  };
  const wide = (await size()).split(' ').map(Number);
  expect(wide[1]).toBeGreaterThan(150);
  await page.setViewportSize({ width: 900, height: 600 });
  await expect.poll(async () => (await size()).split(' ').map(Number)[1]).toBeLessThan(120);
  const [rows, columns] = (await size()).split(' ').map(Number);
  expect(rows).toBeLessThan(wide[0]!);
  await expect(terminal.pane).toContainText(`${columns}×${rows}`);
  // Nothing of it is cut off.
  const room = await terminal.pane.locator('.live-stage').evaluate((stage) => [
    stage.scrollWidth - stage.clientWidth,
    stage.scrollHeight - stage.clientHeight,
  ]);
  expect(room).toEqual([0, 0]);
});

test('a lost network takes nothing away', async ({ world }) => {
  world.guard.allow(/WebSocket/);
  const page = await atAccounts(world, 'alice');
  const cuts: (() => Promise<void>)[] = [];
  let cut = false;
  await page.routeWebSocket(/\/ws\/connect\//, (socket) => {
    if (cut) return void socket.close();
    const server = socket.connectToServer();
    cuts.push(async () => {
      await server.close();
      await socket.close();
    });
  });
  await page.getByRole('link', { name: `Connect to ${ACCOUNT}`, exact: true }).click();
  const terminal = new TerminalPage(page);
  await terminal.answers();
  const { id } = await world.onlySession();
  await terminal.enter('trap "" HUP; read -t 30 line < <(sleep 1; echo x); echo "while-away-$((4 * 4))"');
  cut = true;
  for (const end of cuts) await end();
  await expect(terminal.pane).toContainText('Stale since');
  expect((await world.onlySession()).id).toBe(id);
  cut = false;
  await expect(terminal.screen).toContainText('while-away-16');
  await expect(terminal.pane).not.toContainText('Stale since');
  await terminal.answers();
  expect((await world.onlySession()).id).toBe(id);

  // A page that is loaded again, and one that was left, come back to it too.
  await page.reload();
  await ready(page);
  await expect(terminal.screen).toContainText('while-away-16');
  await terminal.enter('echo "reloaded-$((5 * 5))"');
  await expect(terminal.screen).toContainText('reloaded-25');
  await page.getByRole('navigation').getByRole('link', { name: 'Accounts', exact: true }).click();
  const open = page.getByRole('region', { name: 'Your open sessions' });
  await open.getByRole('link', { name: /^Return to / }).click();
  await expect(terminal.screen).toContainText('reloaded-25');
  expect((await world.onlySession()).id).toBe(id);

  // Ended from the accounts page, with a reason.
  await page.getByRole('navigation').getByRole('link', { name: 'Accounts', exact: true }).click();
  await open.getByRole('button', { name: /^End / }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('done for today');
  await dialog.getByRole('button', { name: 'Terminate session', exact: true }).click();
  await expect.poll(() => world.open('PAM SSH')).toEqual([]);
  await expect(open).toHaveCount(0);
});

test('what does not work is said in one sentence', async ({ world }) => {
  const { product } = world;
  await product.cli(['account', 'add', `nobody@${AGENT}`, '--password-stdin'], 'wrong\n');
  await product.cli(['agent', 'add', 'far', '--url', 'ssh://127.0.0.1:1']);
  await product.cli(['account', 'add', 'root@far', '--password-stdin'], 'secret\n');
  for (const account of [`nobody@${AGENT}`, 'root@far']) await product.cli(['grant', 'add', 'alice', 'user', account]);
  const page = await atAccounts(world, 'alice');
  const terminal = new TerminalPage(page);
  for (const [account, sentence] of [
    [`nobody@${AGENT}`, `${AGENT} refused the sign-in of nobody: its password or key on Sightline may be out of date.`],
    ['root@far', 'far refused the connection: connection refused.'],
  ] as const) {
    await page.getByRole('link', { name: `Connect to ${account}`, exact: true }).click();
    await expect(terminal.pane.getByRole('alert').filter({ hasText: 'Not connected' })).toContainText(sentence);
    await terminal.pane.getByRole('link', { name: 'Accounts', exact: true }).click();
  }
  await expectAccessibleInEveryLook(page);
});

test('losing the grant ends the session, and says so', async ({ world }) => {
  const alice = await connect(world);
  await world.product.cli(['grant', 'remove', 'alice', 'user', ACCOUNT]);
  await expect(alice.pane.getByRole('alert')).toContainText([/You may no longer connect to this account/]);
  await expect.poll(() => world.open('PAM SSH')).toEqual([]);
});

test('without the grant there is no account', async ({ world }) => {
  world.guard.allow(/status of 404/);
  const page = await atAccounts(world, 'nina');
  await expect(page.getByRole('heading', { name: 'No account yet' })).toBeVisible();
  const answer = await page.goto(`/connect/${UNKNOWN}`);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'There is no such account' })).toBeVisible();

  // The address of somebody else's account is the same to her.
  const hers = await atAccounts(world, 'alice');
  const path = await hers.getByRole('link', { name: `Connect to ${ACCOUNT}`, exact: true }).getAttribute('href');
  expect((await page.goto(path!))?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'There is no such account' })).toBeVisible();
  expect(await world.open('PAM SSH')).toEqual([]);
});

test('the pages can be used by everybody, in both languages', async ({ world }) => {
  test.setTimeout(120_000);
  const { product } = world;
  await product.cli(['agent', 'add', 'dw', '--url', 'postgres://127.0.0.1:1', '--display-name', 'Warehouse']);
  await product.cli(['account', 'add', 'app@dw', '--password-stdin'], 'secret\n');
  await product.cli(['grant', 'add', 'alice', 'owner', 'app@dw']);
  const page = await atAccounts(world, 'alice');
  await expect(page.getByRole('row').filter({ hasText: 'app@dw' })).toContainText('psql "postgresql://alice%3Aapp%40dw@');
  await expect(page.getByRole('row').filter({ hasText: 'app@dw' })).toContainText('Owner');
  await expectAccessibleInEveryLook(page);
  await page.getByRole('searchbox').fill('warehouse');
  await expect(page.getByRole('row')).toHaveCount(2);
  await expect(page.getByRole('status').filter({ hasText: '1 of 2 accounts' })).toBeVisible();
  await page.getByRole('searchbox').fill('nothing of that name');
  await expect(page.getByRole('heading', { name: 'No account matches' })).toBeVisible();
  await expectAccessibleInEveryLook(page);
  await page.getByRole('searchbox').fill('');

  await page.getByRole('link', { name: `Connect to ${ACCOUNT}`, exact: true }).click();
  const terminal = new TerminalPage(page);
  await terminal.answers();
  await expectAccessibleInEveryLook(page);
  await terminal.screen.click();
  await page.keyboard.press('Control+Alt+k');
  await expect(terminal.pane).toContainText('Keyboard: page');
  await page.getByRole('navigation').getByRole('link', { name: 'Accounts', exact: true }).click();
  await expect(page.getByRole('link', { name: /^Return to / })).toBeVisible();
  await expectAccessibleInEveryLook(page);

  // What the server says is said in the language of the page, too.
  await product.cli(['agent', 'add', 'far', '--url', 'ssh://127.0.0.1:1']);
  await product.cli(['account', 'add', 'root@far', '--password-stdin'], 'secret\n');
  await product.cli(['grant', 'add', 'alice', 'user', 'root@far']);
  const spanish = await world.window({ locale: 'es-ES' });
  await spanish.goto('/sign-in?next=/accounts');
  await spanish.getByLabel('Nombre de usuario', { exact: true }).fill('alice');
  await spanish.getByLabel('Contraseña', { exact: true }).fill(passwordOf('alice'));
  await spanish.getByRole('button', { name: 'Iniciar sesión', exact: true }).click();
  await expect(spanish.getByRole('heading', { level: 1, name: 'Cuentas', exact: true })).toBeVisible();
  await spanish.getByRole('link', { name: 'Conectar con root@far', exact: true }).click();
  await expect(spanish.getByRole('alert').filter({ hasText: 'Sin conexión' })).toContainText(
    'far rechazó la conexión: no escucha nadie allí.',
  );
});
