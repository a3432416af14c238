// Replay: what was seen live is seen again, at every moment of it, and a recording that was changed says so.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { expect, test, type World } from '../world/world.ts';
import { ReplayPage, rowsOf } from '../world/replay_page.ts';
import { SessionsPage } from '../world/sessions_page.ts';

/** A moment of a session, and what a watcher saw then. */
interface Seen {
  at: number;
  rows: string;
}

/** Alice works, with colours and a full-screen program, while Oscar watches; then she leaves. */
async function session(world: World): Promise<{ id: string; seen: Seen[] }> {
  const terminal = await world.shell();
  const { id, started_at } = await world.onlySession();
  const watcher = new SessionsPage(await world.sessionsPage('oscar'));
  await watcher.page.goto(`/sessions/${id}`);
  await expect(watcher.screen).toContainText('up-42');
  const seen: Seen[] = [];
  const note = async (last: RegExp) => {
    // With the last line there, nothing is on its way.
    const lastLine = async () => (await watcher.lines()).filter((line) => line !== '').at(-1) ?? '';
    await expect.poll(lastLine).toMatch(last);
    seen.push({ at: Date.now() - Date.parse(started_at), rows: await rowsOf(watcher.screen) });
  };

  terminal.enter("PS1='ready> '; clear");
  await note(/^ready>$/);
  terminal.enter("printf '\\033[1;31mred\\033[m \\033[38;5;208;48;2;1;2;90mmore\\033[m %s\\n' \"sum-$((40 + 5))\"");
  await expect(watcher.screen).toContainText('red more sum-45');
  await note(/^ready>$/);
  terminal.enter('seq 1 2000 | less');
  await note(/^:$/);
  terminal.type('G');
  await note(/^\(END\)$/);
  await terminal.resize(90, 24);
  await expect(watcher.pane).toContainText(/90\s*×\s*24/);
  // The first line stays where it is, so the last one is beyond the window now.
  await note(/^:$/);
  terminal.type('q');
  await note(/^ready>$/);
  terminal.enter('echo "again-$((70 + 7))"');
  await expect(watcher.screen).toContainText('again-77');
  await note(/^ready>$/);
  terminal.enter('exit');
  await terminal.ends();
  await world.recording(id);
  await watcher.page.close();
  return { id, seen };
}

test('every moment looks as it did to who watched', async ({ world }) => {
  const { id, seen } = await session(world);
  const replay = new ReplayPage(await world.sessionsPage('olga'));
  for (const { at, rows } of [...seen.slice(3), ...seen.slice(0, 3)]) {
    await replay.open(id, at);
    expect(await replay.rows(), `at ${at} ms`).toBe(rows);
  }
  await expect(replay.pane).toContainText(/Ended .*: closed/);
  await replay.expectWhole();

  // Played at speed it ends on the same screen as a jump to the end.
  await replay.seek(() => replay.slider.press('End'));
  const end = await replay.rows();
  await expect(replay.slider).toHaveAttribute('aria-valuetext', /^(\S+) of \1$/);
  await replay.pane.getByRole('combobox', { name: 'Speed' }).selectOption('4×');
  await replay.seek(() => replay.slider.press('Home'));
  expect(await replay.position()).toBe(0);
  // Looked for before it plays: it is over in a moment.
  const plays = replay.pause.waitFor();
  await replay.page.keyboard.press('Space');
  await plays;
  await expect(replay.play).toBeVisible();
  await expect(replay.slider).toHaveAttribute('aria-valuetext', /^(\S+) of \1$/);
  expect(await replay.rows()).toBe(end);
  await expect(replay.pane.getByText('alice: exit⏎')).toBeVisible();
});

test('along the timeline: what happened, text that is found, a link to a moment', async ({ world }) => {
  const { id } = await session(world);
  const page = await world.sessionsPage('olga', { permissions: ['clipboard-read', 'clipboard-write'] });
  const replay = new ReplayPage(page);
  await replay.open(id);

  const resized = replay.marks.filter({ hasText: 'window 90×24' });
  await replay.seek(() => resized.click());
  await expect(resized).toHaveAttribute('aria-current', 'true');
  await expect(replay.pane).toContainText(/90\s*×\s*24/);

  // Once as it was printed, and again when the pager gave the screen back.
  const count = (words: string) => expect(replay.pane.getByRole('status').filter({ hasText: words })).toHaveCount(1);
  await replay.seek(() => replay.slider.press('Home'));
  await replay.text.fill('SUM-45');
  await replay.seek(() => replay.text.press('Enter'));
  await count('1 of 2');
  await replay.seek(() => replay.text.press('Enter'));
  await count('2 of 2');
  await replay.seek(() => replay.pane.getByRole('button', { name: 'Previous match' }).click());
  await count('1 of 2');
  await expect(replay.screen.locator('.scr-hit')).toHaveText(/red more sum-45/);
  const found = await replay.rows();

  await replay.pane.getByRole('button', { name: 'Copy link to this moment' }).click();
  await expect(replay.pane.getByRole('button', { name: 'Copied' })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(new RegExp(`/sessions/${id}\\?t=[0-9.]+$`));
  const other = new ReplayPage(await world.sessionsPage('oscar'));
  await other.page.goto(link);
  await other.painted(1);
  expect(await other.rows()).toBe(found.replaceAll(' scr-hit', ''));

  await replay.text.fill('no such words');
  await replay.text.press('Enter');
  await count('Not found');
  await replay.text.fill('again-77');
  await replay.seek(() => replay.text.press('Enter'));
  await expect(replay.screen.locator('.scr-hit')).toContainText(['again-77']);

  const before = await replay.position();
  await replay.seek(() => replay.slider.press('Home'));
  await replay.seek(() => replay.slider.press('PageDown'));
  await replay.seek(() => replay.slider.press('ArrowRight'));
  await replay.seek(() => replay.slider.press('ArrowLeft'));
  expect(await replay.position()).toBeLessThanOrEqual(before);
});

test('the file can be taken along, and a changed byte of it is named', async ({ world }) => {
  const { id } = await session(world);
  const file = await world.recording(id);
  const replay = new ReplayPage(await world.sessionsPage('olga'));
  await replay.open(id);
  await replay.expectWhole();
  const download = replay.page.waitForEvent('download');
  await replay.pane.getByRole('link', { name: 'Download .cast' }).click();
  const taken = await (await download).path();
  const bytes = await readFile(file);
  expect((await readFile(taken)).equals(bytes)).toBe(true);

  const at = bytes.indexOf('sum-45');
  expect(at).toBeGreaterThan(0);
  bytes[at]! ^= 1;
  await writeFile(file, bytes);
  await replay.open(id);
  await expect(replay.badge).toHaveText(/^Broken at byte \d+, good until 0:00:\d\d$/);
  const byte = Number((await replay.badge.textContent())?.match(/byte (\d+)/)?.[1]);
  expect(byte).toBeLessThanOrEqual(at);
  await replay.badge.click();
  await expect(replay.pane.getByText(/was changed between byte/)).toBeVisible();

  // And one that was removed is told of in words.
  world.guard.allow(/410/);
  await rm(file);
  await rm(file.replace(/cast$/, 'idx'));
  await replay.page.reload();
  await expect(replay.pane.getByText('This recording cannot be replayed')).toBeVisible();
  await expect(replay.pane.getByRole('alert')).toContainText('The recording is no longer kept');
  await expect(replay.pane.getByRole('link', { name: 'Download .cast' })).toBeHidden();
});

test('only who may replay does', async ({ world }) => {
  const { id } = await session(world);
  // Her own session: she knows of it, and how it ended.
  const alice = await world.sessionsPage('alice');
  await alice.goto(`/sessions/${id}`);
  await expect(alice.getByText('This session has ended')).toBeVisible();
  await expect(new ReplayPage(alice).pane).toHaveCount(0);
  world.guard.allow(/404/);
  const nina = await world.sessionsPage('nina');
  expect((await nina.goto(`/sessions/${id}`))?.status()).toBe(404);
  for (const way of ['outline', 'bytes?from=0&to=9', 'cast']) {
    expect((await nina.request.get(`/recordings/${id}/${way}`)).status()).toBe(404);
    expect((await alice.request.get(`/recordings/${id}/${way}`)).status()).toBe(403);
  }
});
