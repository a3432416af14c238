// The screenshots that a browser shows before it installs Sightline: the sessions page, wide and narrow.
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '../world/world.ts';
import { SessionsPage } from '../world/sessions_page.ts';

/** Whoever installs the app loads them, in bytes. */
const MAX_BYTES = 150_000;

const SHAPES = [
  { name: 'wide', viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 },
  { name: 'narrow', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
];

for (const { name, ...window } of SHAPES) {
  test(`a ${name} screenshot of the sessions page`, async ({ world }) => {
    const first = await world.shell();
    const { id } = await world.onlySession();
    await Promise.all(['uptime', 'df -h', 'top', 'journalctl -f'].map((command) => world.connect(`echo ${command}; exec cat`).shows(new RegExp(command))));
    await Promise.all((['ada', 'oscar'] as const).map((person) => world.sessionsPage(person)));
    first.enter('ls -l / | tail -n 12');
    await first.shows(/var/);

    const page = await world.sessionsPage('oscar', { ...window, colorScheme: 'light' });
    const sessions = new SessionsPage(page);
    await expect(sessions.sshRows).toHaveCount(5);
    if (name === 'wide') {
      await sessions.row(id).getByRole('button', { name: 'Watch', exact: true }).click();
      await expect(sessions.screen).toContainText('var');
    }
    await sessions.live();
    await page.mouse.move(0, 0);
    const path = fileURLToPath(new URL(`../../style/screenshots/${name}.png`, import.meta.url));
    await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
    expect(statSync(path).size).toBeLessThan(MAX_BYTES);
  });
}
