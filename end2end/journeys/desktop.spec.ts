// Desktops: a person sits at one in the page, others watch and take part, the recording shows the same.
import { expectAccessibleInEveryLook } from '../world/accessible.ts';
import { DESK, DESK_ACCOUNT, Desktop } from '../world/desktop.ts';
import { DesktopPage, expectSame } from '../world/desktop_page.ts';
import { ReplayPage } from '../world/replay_page.ts';
import { SessionsPage } from '../world/sessions_page.ts';
import { expect, ready, test as base, type Page, type World } from '../world/world.ts';

const test = base.extend<{ desktop: Desktop }>({
  desktop: async ({ world, watch }, use) => {
    const desktop = await Desktop.furnish(world, watch);
    try {
      await use(desktop);
    } finally {
      await desktop.stop();
    }
  },
});

/** Alice at the accounts page. */
async function atAccounts(world: World): Promise<Page> {
  const page = await world.sessionsPage('alice');
  await page.getByRole('navigation').getByRole('link', { name: 'Accounts', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Accounts', exact: true })).toBeVisible();
  return page;
}

/** Alice sits at the desktop, and its terminal answers her. */
async function connect(page: Page, desktop: Desktop): Promise<DesktopPage> {
  await page.getByRole('link', { name: `Connect to ${DESK_ACCOUNT}`, exact: true }).click();
  const alice = DesktopPage.own(page);
  await alice.drawn();
  await alice.atTerminal();
  await alice.enter('echo "up-$((6 * 7))" > up');
  await expect.poll(() => desktop.read('up')).toBe('up-42\n');
  return alice;
}

async function onlySession(world: World) {
  const open = await world.open('PAM RDP');
  expect(open).toHaveLength(1);
  return open[0]!;
}

/** Somebody watches the session from its row, in a browser that may lack something. */
async function watch(
  world: World,
  person: 'olga' | 'oscar',
  id: string,
  lacks = '',
): Promise<[DesktopPage, SessionsPage]> {
  const table = new SessionsPage(await world.sessionsPage(person));
  await table.page.evaluate((lacks) => Reflect.deleteProperty(globalThis, lacks), lacks);
  await table.row(id).getByRole('button', { name: 'Watch', exact: true }).click();
  const watcher = DesktopPage.watched(table.page);
  await watcher.drawn();
  return [watcher, table];
}

/** A dead key, then one that it changes: a keyboard whose layout has dead keys. */
async function deadKey(page: Page, becomes: string, code: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const press = async (key: string, code: string, text?: string) => {
    await devtools.send('Input.dispatchKeyEvent', { type: 'keyDown', key, code, ...(text && { text }) });
    await devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code });
  };
  await press('Dead', 'BracketLeft');
  await press(becomes, code, becomes);
  await devtools.detach();
}

test('alice sits at a desktop, is watched and helped, and all see the same', async ({ world, desktop }) => {
  test.setTimeout(180_000);
  const alice = await connect(await atAccounts(world), desktop);
  const session = await onlySession(world);
  expect(session).toMatchObject({ user: 'alice', account_name: 'clerk', agent: DESK, device: '127.0.0.1' });
  await expect(alice.page.getByRole('heading', { level: 1, name: `clerk on ${DESK}` })).toBeVisible();
  await expect(alice.page).toHaveURL(new RegExp(`session=${session.id}$`));
  await expect(alice.canvas).toHaveRole('img');
  await expect(alice.canvas).toHaveAccessibleName(
    new RegExp(`^Picture of the desktop clerk on ${DESK}, \\d+ by \\d+ pixels. You have control$`),
  );

  const [olga, olgas] = await watch(world, 'olga', session.id);
  await expect(alice.pane.getByRole('status').filter({ hasText: 'olga watches this session' })).toBeVisible();
  await alice.enter('seq 1 200');
  await expectSame(alice, olga);
  await alice.enter('clear; ls -la /etc');
  await expectSame(alice, olga);
  expect((await olga.pictures()).size).toBeGreaterThan(2);

  // Where alice's mouse is, olga sees, and alice sees her own alone.
  await alice.page.mouse.move(...(await alice.at(200, 150)));
  await olga.showsMouse(200, 150);
  await alice.page.mouse.move(...(await alice.at(420, 260)));
  await olga.showsMouse(420, 260);
  await expect(alice.othersMouse).toBeHidden();

  // Keys that are no text, and those that the browser takes elsewhere.
  await alice.enter('cat -v > keys');
  for (const key of ['Escape', 'Tab', 'F1', 'ArrowUp', 'Control+l', 'AltRight']) await alice.page.keyboard.press(key);
  // What an input method puts together, and what a dead key makes of the space bar.
  await alice.page.keyboard.insertText('w@y');
  await deadKey(alice.page, '~', 'Space');
  await alice.page.keyboard.press('Space');
  await alice.page.keyboard.press('Enter');
  await alice.page.keyboard.press('Control+d');
  await expect.poll(() => desktop.read('keys')).toMatch(/^\^\[\t\^\[OP\^\[\[A\^Lw@y~ \n$/);

  // The account's owner takes part; what is theirs is written down as theirs.
  await olgas.takeControl();
  await expect(alice.pane).toContainText('olga may type, beside you.');
  await olga.atTerminal();
  await olga.enter('echo "hers-$((7 * 7))" > hers');
  await expect.poll(() => desktop.read('hers')).toBe('hers-49\n');
  await olga.page.mouse.move(...(await olga.at(310, 222)));
  await alice.showsMouse(310, 222);
  await expect(olga.othersMouse).toBeHidden();
  await alice.atTerminal();
  await alice.enter('echo "ours-$((8 * 8))" > ours');
  await expect.poll(() => desktop.read('ours')).toBe('ours-64\n');
  await olgas.pane.getByRole('combobox', { name: 'Mode of control' }).selectOption('Exclusive');
  await expect(olgas.pane).toContainText('You have control, exclusive');
  await expect(olga.canvas).toHaveAccessibleName(/You have control, exclusive$/);
  await olga.atTerminal();
  await olga.enter('echo "alone-$((9 * 9))" > alone');
  await expect.poll(() => desktop.read('alone')).toBe('alone-81\n');
  await olgas.pane.getByRole('button', { name: 'Release', exact: true }).click();
  await expect(olgas.pane).toContainText('You gave control back.');
  await expect(olga.canvas).toHaveAccessibleName(/Its user has control$/);

  await olgas.sendMessage('please close the ledger');
  await expect(alice.pane.getByRole('status').filter({ hasText: 'please close the ledger' })).toBeVisible();

  // Who comes later sees what is there, however it is decoded.
  expect(await olga.page.evaluate(() => 'ImageDecoder' in globalThis)).toBe(true);
  const [oscar, oscars] = await watch(world, 'oscar', session.id, 'ImageDecoder');
  expect(await oscar.page.evaluate(() => 'ImageDecoder' in globalThis)).toBe(false);
  await expectSame(alice, oscar);
  await expectSame(olga, oscar);
  await alice.page.mouse.move(...(await alice.at(350, 240)));
  await oscar.showsMouse(350, 240);
  await olga.showsMouse(350, 240);

  await oscars.terminate(oscars.row(session.id), 'the desk is closed');
  await expect(alice.pane.getByRole('status').filter({ hasText: 'Ended' })).toContainText('the desk is closed');
  await expect(olga.pane).toContainText('the desk is closed');
  await expect.poll(() => world.open('PAM RDP')).toEqual([]);

  // The recording shows what they saw, wherever one begins.
  await world.recording(session.id);
  const replay = new ReplayPage(olga.page);
  await replay.open(session.id);
  const recorded = new DesktopPage(olga.page, replay.pane);
  await recorded.drawn();
  await expect(replay.text).toBeHidden();
  await replay.seek(() => olga.page.keyboard.press('End'));
  await expectSame(alice, recorded);
  await recorded.showsMouse(350, 240);
  const end = await recorded.seq();
  for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'PageDown', 'End']) {
    await replay.seek(() => olga.page.keyboard.press(key));
  }
  expect(await recorded.seq()).toBe(end);
  await replay.seek(() => olga.page.keyboard.press('Home'));
  await replay.pane.getByRole('combobox', { name: 'Speed' }).selectOption('16');
  await replay.play.click();
  await expect(replay.play).toBeVisible({ timeout: 30_000 });
  await expectSame(alice, recorded);
  expect((await recorded.pictures()).size).toBeGreaterThan(5);
  await replay.expectWhole();
  await expectAccessibleInEveryLook(olga.page);

  // And once more, on the same page.
  await alice.button('Connect again').click();
  // The pane of before is gone, and its picture.
  await expect(alice.button('Connect again')).toBeHidden();
  await alice.drawn();
  await alice.atTerminal();
  await alice.enter('echo "again-$((3 * 3))" > again');
  await expect.poll(() => desktop.read('again')).toBe('again-9\n');
  await alice.button('End session').click();
  await expect(alice.pane.getByRole('status').filter({ hasText: 'Ended' })).toContainText('closed');
});

test('the pane sets the size of the desktop', async ({ world, desktop }) => {
  const alice = await connect(await atAccounts(world), desktop);
  const room = () =>
    alice.pane.locator('.live-stage').evaluate((stage) => {
      const { paddingLeft, paddingTop } = getComputedStyle(stage);
      const side = (length: number, padding: string) => Math.floor(length - 2 * parseFloat(padding));
      return `${side(stage.clientWidth, paddingLeft) & ~1}x${side(stage.clientHeight, paddingTop)}`;
    });
  await expect.poll(async () => (await alice.size()) === (await room())).toBe(true);
  const [olga] = await watch(world, 'olga', (await onlySession(world)).id);
  const before = await alice.size();
  for (const size of [{ width: 1100, height: 700 }, { width: 1400, height: 960 }]) {
    await alice.page.setViewportSize(size);
    await expect.poll(async () => (await alice.size()) === (await room())).toBe(true);
  }
  expect(await alice.size()).not.toBe(before);
  // The watcher's window has another size, and changes nothing.
  await expect.poll(() => olga.size()).toBe(await alice.size());
  await olga.page.setViewportSize({ width: 900, height: 500 });
  await alice.atTerminal();
  await alice.enter('clear');
  await expectSame(alice, olga);
  const [width, shown] = await olga.canvas.evaluate((canvas: HTMLCanvasElement) => {
    const box = canvas.getBoundingClientRect();
    return [canvas.width / canvas.height, box.width / box.height];
  });
  expect(Math.abs(width! / shown! - 1)).toBeLessThan(0.01);
  await expect(alice.pane).toContainText((await alice.size()).replace('x', '×'));
});

test('a lost network takes nothing away', async ({ world, desktop }) => {
  world.guard.allow(/WebSocket/);
  const page = await atAccounts(world);
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
  const alice = await connect(page, desktop);
  const { id } = await onlySession(world);
  const size = await alice.size();
  // Beside the shell, which goes on reading: an interrupt that comes between two commands of a loop is lost there.
  await alice.enter('(echo on > flood; while [ ! -e back ]; do date; done) &');
  await expect.poll(() => desktop.read('flood')).toBe('on\n');
  cut = true;
  for (const end of cuts) await end();
  await expect(alice.pane).toContainText('Stale since');
  expect((await onlySession(world)).id).toBe(id);
  cut = false;
  await expect(alice.pane).not.toContainText('Stale since');
  await alice.atTerminal();
  await alice.enter('echo "back-$((4 * 4))" > back');
  await expect.poll(() => desktop.read('back')).toBe('back-16\n');
  expect((await onlySession(world)).id).toBe(id);
  expect(await alice.size()).toBe(size);

  // A page that is loaded again comes back to it, too.
  await page.reload();
  await ready(page);
  await alice.drawn();
  await alice.atTerminal();
  await alice.enter('echo "reloaded-$((5 * 5))" > reloaded');
  await expect.poll(() => desktop.read('reloaded')).toBe('reloaded-25\n');
  expect((await onlySession(world)).id).toBe(id);
});

test('text goes from clipboard to clipboard', async ({ world, desktop }) => {
  const page = await atAccounts(world);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const alice = await connect(page, desktop);
  // From the desktop: what is selected in its terminal.
  await alice.enter('clear; echo; echo; echo carried-out');
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  // Another double click comes so late that the terminal takes it for one of its own.
  await expect(async () => {
    await page.mouse.dblclick(...(await alice.at(60, 63)));
    await expect.poll(clipboard, { timeout: 1_000 }).toBe('carried');
  }).toPass();
  // To the desktop, with the end of the line: its terminal asks for the text, and Enter would be there before it.
  await page.evaluate(() => navigator.clipboard.writeText('echo "señal-$((6 * 6))" > pasted\n'));
  await page.keyboard.press('Control+v');
  await expect.poll(() => desktop.read('pasted')).toBe('señal-36\n');
});

test.describe('with consent', () => {
  test.use({ watch: 'consent' });

  test('alice is asked on the picture', async ({ world, desktop }) => {
    const alice = await connect(await atAccounts(world), desktop);
    const { id } = await onlySession(world);
    const olga = new SessionsPage(await world.sessionsPage('olga'));
    const question = alice.pane.getByRole('group', { name: 'Question' });
    await olga.row(id).getByRole('button', { name: 'Watch', exact: true }).click();
    await expect(olga.pane).toContainText('Waiting until alice agrees');
    await expect(question).toContainText('olga');
    await expectAccessibleInEveryLook(alice.page);
    // Keys go to the desktop meanwhile, and answer nothing.
    await alice.atTerminal();
    await alice.enter('echo "asked-$((2 * 2))" > asked');
    await expect.poll(() => desktop.read('asked')).toBe('asked-4\n');
    await question.getByRole('button', { name: 'Refuse', exact: true }).click();
    await expect(question).toHaveCount(0);
    await expect(olga.pane).toContainText('Not to be watched');

    const oscar = new SessionsPage(await world.sessionsPage('oscar'));
    await oscar.row(id).getByRole('button', { name: 'Watch', exact: true }).click();
    await expect(question).toContainText('oscar');
    await question.getByRole('button', { name: 'Allow', exact: true }).click();
    const watcher = DesktopPage.watched(oscar.page);
    await watcher.drawn();
    await expectSame(alice, watcher);
  });
});

test('a desktop and a terminal side by side: each has its own keys', async ({ world, desktop }) => {
  const alice = await connect(await atAccounts(world), desktop);
  const terminal = await world.shell();
  const ids = [(await onlySession(world)).id, (await world.open('PAM SSH'))[0]!.id];
  const page = await world.sessionsPage('olga');
  await page.goto(`/wall?s=${ids.join()}`);
  await ready(page);
  const tiles = page.getByRole('region', { name: 'Live session' });
  await expect(tiles).toHaveCount(2);
  const olga = new DesktopPage(page, tiles.filter({ has: page.getByRole('img', { name: /^Picture of/ }) }));
  const second = tiles.filter({ has: page.getByRole('document') });
  await olga.drawn();
  await expectSame(alice, olga);

  await olga.canvas.click();
  await olga.button('Take control').click();
  await expect(alice.pane).toContainText('olga may type, beside you.');
  await olga.atTerminal();
  await olga.enter('echo "wall-$((4 * 4))" > wall');
  await expect.poll(() => desktop.read('wall')).toBe('wall-16\n');
  await second.getByRole('document').click();
  await second.getByRole('button', { name: 'Take control', exact: true }).click();
  await expect(second).toContainText('Keyboard: session');
  await expect(olga.pane).toContainText('Keyboard: page');
  await page.keyboard.type('echo "into-$((5 * 5))"');
  await page.keyboard.press('Enter');
  await terminal.shows(/into-25/);
  await expectSame(alice, olga);
  await expectAccessibleInEveryLook(page);
});

test('fingers point, and a row of keys has what glass has not', async ({ world, desktop }) => {
  const page = await world.sessionsPage('alice', {
    hasTouch: true,
    isMobile: true,
    viewport: { width: 390, height: 844 },
  });
  await page.goto('/accounts');
  await ready(page);
  await page.getByRole('link', { name: `Connect to ${DESK_ACCOUNT}`, exact: true }).tap();
  const alice = DesktopPage.own(page);
  await alice.drawn();
  const bar = alice.pane.getByRole('group', { name: 'Keys' });
  await expect(bar).toBeVisible();
  await alice.canvas.tap({ position: { x: 150, y: 120 } });
  await expect(alice.pane).toContainText('Keyboard: session');
  await alice.enter('cat -v > keys');
  await bar.getByRole('button', { name: 'Esc', exact: true }).tap();
  await bar.getByRole('button', { name: 'Up', exact: true }).tap();
  await bar.getByRole('button', { name: 'Ctrl', exact: true }).tap();
  await page.keyboard.press('l');
  await page.keyboard.type('l');
  await page.keyboard.press('Enter');
  await bar.getByRole('button', { name: 'Ctrl', exact: true }).tap();
  await page.keyboard.press('d');
  await expect.poll(() => desktop.read('keys')).toBe('^[^[[A^Ll\n');
});

test('the pages can be used by everybody', async ({ world, desktop }) => {
  test.setTimeout(120_000);
  const page = await atAccounts(world);
  await expect(page.getByRole('row').filter({ hasText: DESK_ACCOUNT })).toContainText('rdp://');
  await expectAccessibleInEveryLook(page);
  const alice = await connect(page, desktop);
  await expectAccessibleInEveryLook(page);
  const session = await onlySession(world);
  const [olga, olgas] = await watch(world, 'olga', session.id);
  await olgas.takeControl();
  await expectAccessibleInEveryLook(olga.page);
  await olga.page.goto(`/sessions/${session.id}`);
  await ready(olga.page);
  await olga.drawn();
  await expectSame(alice, olga);
  await expectAccessibleInEveryLook(olga.page);
  await olga.page.goto(`/wall?s=${session.id}`);
  await ready(olga.page);
  await olga.drawn();
  await expectSame(alice, olga);
});
