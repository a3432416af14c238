// Taking part: who watches may type, send a message and pause the input, and everybody knows it.
import { expect, test, type Page } from '../world/world.ts';
import { SessionsPage } from '../world/sessions_page.ts';
import type { Terminal } from '../world/terminal.ts';
import type { World } from '../world/world.ts';

/** A person at the pane of Alice's session. */
async function watching(world: World, person: 'olga' | 'oscar', id: string): Promise<SessionsPage> {
  const sessions = new SessionsPage(await world.sessionsPage(person));
  await sessions.row(id).getByRole('button', { name: 'Watch', exact: true }).click();
  await expect(sessions.screen).toContainText('up-42');
  return sessions;
}

/** Starts a program in the shell; what is typed from then on is the program's. Earlier, it would not be edited. */
async function starts(page: Page, terminal: Terminal, program: string): Promise<void> {
  await page.keyboard.type(`echo "starts-$((6 * 6))"; ${program}`);
  await page.keyboard.press('Enter');
  await terminal.shows(/starts-36\r/);
}

test('the watcher types, beside the user, and gives control back', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const olga = await watching(world, 'olga', id);
  const oscar = await watching(world, 'oscar', id);

  // Without control nothing that is typed goes anywhere.
  await olga.screen.click();
  await olga.page.keyboard.type('nothing-of-this');
  await olga.takeControl();
  for (const { pane } of [olga, oscar]) await expect(pane.getByRole('timer')).toHaveText(/^\d+:\d\d left$/);
  await expect(oscar.pane).toContainText('Olga Owner has control, shared');
  await expect(olga.pane).toContainText('Keyboard: session');

  // Half of the line is hers, half is Alice's.
  await olga.page.keyboard.type('echo "typed-$((1000');
  await terminal.shows(/typed-\$\(\(1000/);
  terminal.type(' + 1))-together"');
  await expect(olga.screen).toContainText('+ 1))-together"');
  await olga.page.keyboard.press('Enter');
  await terminal.shows(/typed-1001-together/);
  await expect(oscar.screen).toContainText('typed-1001-together');
  expect(terminal.output).not.toContain('nothing-of-this');

  // Text of any alphabet, and keys that are no text.
  await olga.page.keyboard.type('Xcho "home-$((5 * 5))"');
  await olga.page.keyboard.press('Home');
  await olga.page.keyboard.press('Delete');
  await olga.page.keyboard.type('e');
  await olga.page.keyboard.press('Enter');
  await terminal.shows(/home-25\r/);
  await starts(olga.page, terminal, 'cat');
  await olga.page.keyboard.type('grün-日本x');
  await olga.page.keyboard.press('Backspace');
  await olga.page.keyboard.press('Enter');
  await terminal.shows(/\ngrün-日本\r/);
  await olga.page.keyboard.press('Control+c');
  await terminal.shows(/\^C/);

  // The other cannot have it meanwhile, and is told.
  await oscar.pane.getByRole('button', { name: 'Take control', exact: true }).click();
  await expect(oscar.pane.getByRole('status').filter({ hasText: 'Olga has the keyboard.' })).toHaveCount(1);

  await olga.pane.getByRole('button', { name: 'Release', exact: true }).click();
  await expect(olga.pane).toContainText('You gave control back.');
  await expect(oscar.pane).not.toContainText('has control');
  await expect(olga.pane.getByRole('timer')).toHaveText('');
  await oscar.takeControl();
  await expect(olga.pane).toContainText('Oscar Operator has control');
});

test('who has control exclusively loses it to the first key of the user', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const olga = await watching(world, 'olga', id);
  await olga.takeControl('Exclusive');
  await expect(olga.pane).toContainText('You have control, exclusive');
  await olga.page.keyboard.type('echo "mine-$((6 * 7))"');
  await olga.page.keyboard.press('Enter');
  await expect(olga.screen).toContainText('mine-42');

  terminal.type(' ');
  await expect(olga.pane).toContainText('alice took the keyboard back: you no longer have control.');
  await expect(olga.pane.getByRole('textbox', { name: /^Keyboard of/ })).toHaveCount(0);
  await expect(olga.screen).toBeFocused();
  await olga.page.keyboard.type('lost-keys');
  terminal.enter('echo "hers-$((7 * 7))"');
  await terminal.shows(/hers-49/);
  expect(terminal.output).not.toContain('lost-keys');

  // Asked for again, now for both of them.
  await olga.takeControl('Shared');
  terminal.enter('echo "both-$((8 * 8))"');
  await expect(olga.screen).toContainText('both-64');
  await expect(olga.pane).toContainText('You have control, shared');
});

test('one chord gives the keyboard back to the page, whatever the program does', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const olga = await watching(world, 'olga', id);
  await olga.takeControl();
  await starts(olga.page, terminal, 'cat -v');
  // Every key of a terminal goes to the program, those of the browser too.
  for (const key of ['Escape', 'Tab', 'F1', 'ArrowUp', 'Shift+Tab', 'Control+l']) await olga.page.keyboard.press(key);
  await terminal.shows(/\^\[\t\^\[OP\^\[\[A\^\[\[Z\^L/);

  await olga.page.keyboard.press('Control+Alt+k');
  await expect(olga.pane).toContainText('Keyboard: page');
  await expect(olga.screen).toBeFocused();
  await olga.page.keyboard.type('page-keys');
  await olga.page.keyboard.press('Tab');
  await expect(olga.pane.getByRole('combobox', { name: 'Mode of control' })).toBeFocused();
  await expect(olga.pane).toContainText('You have control');

  // Enter on the screen, or a click on it, and keys go to the session again.
  await olga.screen.focus();
  await olga.page.keyboard.press('Enter');
  await expect(olga.pane).toContainText('Keyboard: session');
  await olga.page.keyboard.type('by-enter ');
  await olga.page.keyboard.press('Control+Alt+k');
  await olga.screen.click();
  await olga.page.keyboard.type('by-click');
  await terminal.shows(/by-enter by-click/);
  expect(terminal.output).not.toContain('page-keys');
});

test('pasted lines are shown first, and come as the program wants them', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const olga = await watching(world, 'olga', id);
  await olga.takeControl();
  await starts(olga.page, terminal, "printf '\\033[?2004l'; cat -v");

  await paste(olga.page, 'one line\x1b[201~');
  await terminal.shows(/one line/);
  await paste(olga.page, 'first\nsecond\x03\nthird');
  await expect(olga.dialog).toContainText('Paste 3 lines?');
  await expect(olga.dialog).toContainText('second␃');
  await olga.dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(olga.dialog).toHaveCount(0);
  await paste(olga.page, 'fourth\nfifth\x03\n');
  await olga.dialog.getByRole('checkbox', { name: 'Do not ask again for this session' }).check();
  await olga.dialog.getByRole('button', { name: 'Paste', exact: true }).click();
  await terminal.shows(/fifth\r\n(.*\r\n)*fifth\r\n/);
  expect(terminal.output).not.toContain('second');

  // A program that asked for it learns where the text begins and ends; nobody is asked again.
  await olga.page.keyboard.press('Control+c');
  await olga.page.keyboard.type("stty -icanon -echo; printf '\\033[?2004hbrackets-%s' on; cat -v");
  await olga.page.keyboard.press('Enter');
  await expect(olga.screen).toContainText('brackets-on');
  await paste(olga.page, 'sixth\x1b[201~\nseventh');
  await terminal.shows(/\^\[\[200~sixth\^Mseventh\^\[\[201~|\^\[\[200~sixth\r\nseventh\^\[\[201~/);
  await expect(olga.dialog).toHaveCount(0);
});

test('programs that ask for the mouse get it, and Shift still selects', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const olga = await watching(world, 'olga', id);
  await olga.takeControl();
  await olga.page.keyboard.type("stty -icanon -echo; clear; printf '\\033[?1000h\\033[?1006hmouse-%s' on; cat -v");
  await olga.page.keyboard.press('Enter');
  await expect(olga.screen).toContainText('mouse-on');
  const room = (await olga.screen.boundingBox())!;
  await olga.page.mouse.click(room.x + 2, room.y + 2);
  await terminal.shows(/\^\[\[<0;1;1M\^\[\[<0;1;1m/);
  await olga.page.mouse.wheel(0, 60);
  await terminal.shows(/\^\[\[<65;1;1M/);
  const before = terminal.output.length;
  await olga.page.keyboard.down('Shift');
  await olga.page.mouse.move(room.x + 2, room.y + 4);
  await olga.page.mouse.down();
  await olga.page.mouse.move(room.x + 60, room.y + 4, { steps: 4 });
  await olga.page.mouse.up();
  await olga.page.keyboard.up('Shift');
  expect(await olga.page.evaluate(() => String(getSelection()))).toMatch(/^mous/);
  await olga.page.keyboard.type('x');
  await terminal.shows(/x$/);
  expect(terminal.output.slice(before)).toBe('x');
});

test('what an input method composes comes whole', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const olga = await watching(world, 'olga', id);
  await olga.takeControl();
  const devtools = await olga.page.context().newCDPSession(olga.page);
  await starts(olga.page, terminal, 'cat');
  await devtools.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 });
  await devtools.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 });
  await devtools.send('Input.insertText', { text: '日本' });
  await olga.page.keyboard.type('-ok');
  await olga.page.keyboard.press('Enter');
  await terminal.shows(/\n日本-ok\r/);
  expect(terminal.output).not.toContain('に');
});

test('a message, and a pause of the input', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const olga = await watching(world, 'olga', id);
  await olga.pane.getByRole('button', { name: 'Message…', exact: true }).click();
  await expect(olga.dialog.getByRole('textbox', { name: 'Message' })).toBeFocused();
  await olga.dialog.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(olga.dialog.getByRole('alert')).not.toHaveText('');
  await olga.page.keyboard.press('Escape');
  await expect(olga.dialog).toHaveCount(0);
  await olga.sendMessage('Please finish by six');
  await terminal.shows(/Please finish by six/);

  await olga.pane.getByRole('button', { name: 'Pause input', exact: true }).click();
  await expect(olga.pane).toContainText('Input of alice paused by olga');
  await terminal.shows(/paused/i);
  terminal.enter('echo "unheard-$((3 * 3))"');
  // Whoever has control still types.
  await olga.takeControl();
  await olga.page.keyboard.type('echo "between-$((2 + 2))"');
  await olga.page.keyboard.press('Enter');
  await terminal.shows(/between-4/);
  await olga.pane.getByRole('button', { name: 'Resume input', exact: true }).click();
  await expect(olga.pane).not.toContainText('paused by');
  terminal.enter('echo "heard-$((4 * 4))"');
  await terminal.shows(/heard-16/);
  expect(terminal.output).not.toContain('unheard-9');
});

test('a message harms no program that has the whole screen', async ({ world }) => {
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const olga = await watching(world, 'olga', id);
  terminal.enter('vim -u NONE --cmd "set shm=I"');
  const empty = async () => (await olga.lines()).filter((line) => line === '~').length;
  await expect.poll(empty).toBeGreaterThan(20);
  await olga.sendMessage('Please save your work');
  await terminal.shows(/\x1b\][02];[^\x07\x1b]*Please save your work/);
  expect(await empty()).toBeGreaterThan(20);
  const before = terminal.output.length;
  terminal.type('\x1b:q!\r');
  await expect.poll(() => terminal.output.slice(before)).toMatch(/message from olga: Please save your work/);
});

test('what is left of the time is seen to pass', async ({ world }) => {
  await world.shell();
  const { id } = await world.onlySession();
  const olga = await watching(world, 'olga', id);
  await olga.takeControl();
  const left = async () => {
    const [, minutes, seconds] = (await olga.pane.getByRole('timer').textContent())!.match(/^(\d+):(\d\d) left$/)!;
    return Number(minutes) * 60 + Number(seconds);
  };
  const first = await left();
  await expect.poll(left).toBeLessThan(first - 1);
  const before = await left();
  await olga.pane.getByRole('button', { name: 'Renew', exact: true }).click();
  await expect.poll(left).toBeGreaterThan(before);
});

test.describe('on an account that asks its user', () => {
  test.use({ watch: 'consent' });

  for (const [answer, outcome] of [
    ['y', 'they watch'],
    ['n', 'they are told'],
  ] as const) {
    test(`nobody watches before the answer: after ${answer}, ${outcome}`, async ({ world }) => {
      const terminal = await world.shell();
      const { id } = await world.onlySession();
      const olga = new SessionsPage(await world.sessionsPage('olga'));
      await olga.row(id).getByRole('button', { name: 'Watch', exact: true }).click();
      await expect(olga.pane).toContainText('Waiting until alice agrees to be watched');
      await expect(olga.pane.getByRole('button', { name: 'Take control', exact: true })).toHaveCount(0);
      await terminal.shows(/asks to watch this session/);
      expect(await olga.page.content()).not.toContain('up-42');
      terminal.type(`\x1d${answer}`);
      if (answer === 'y') {
        await expect(olga.screen).toContainText('up-42');
        await olga.takeControl();
      } else {
        await expect(olga.pane).toContainText('The user does not allow you to watch this session.');
        await expect(olga.pane).not.toContainText('Waiting');
      }
    });
  }
});

/** Pastes as the browser does when somebody presses Ctrl+Shift+V. */
async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.activeElement!.dispatchEvent(event);
  }, text);
}
