// Sessions on accounts that a person owns: counted on the icon, told by a notification, gone with the sign-out.
import { ACCOUNT, expect, ready, signIn, test, type Page } from '../world/world.ts';
import { cached, worked } from '../world/worker.ts';

interface Calls {
  /** What the icon was told, in order; 0 where its number was taken away. */
  badges: number[];
}

/** Writes down what the page tells the icon, and still tells it. */
function observe(): void {
  const calls: Calls = { badges: [] };
  Object.assign(window, { calls });
  const told = (count: number) => {
    calls.badges.push(count);
    return Promise.resolve();
  };
  Object.defineProperty(navigator, 'setAppBadge', { value: told, configurable: true });
  Object.defineProperty(navigator, 'clearAppBadge', { value: () => told(0), configurable: true });
}

function badges(page: Page): Promise<number[]> {
  return page.evaluate(() => (window as unknown as { calls: Calls }).calls.badges);
}

async function lastBadge(page: Page): Promise<number | undefined> {
  return (await badges(page)).at(-1);
}

interface Note {
  title: string;
  body: string;
  data: string;
}

/** What the browser shows of this site, as its worker knows it. */
function notes(page: Page): Promise<Note[]> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const shown = await registration.getNotifications();
    return shown.map(({ title, body, data }) => ({ title, body, data: String(data) }));
  });
}

function wish(page: Page) {
  return page.getByRole('checkbox', { name: 'Notify me of sessions' });
}

async function openMenu(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Signed in as/ }).click();
}

test('the icon counts open sessions on own accounts', async ({ world }) => {
  const first = await world.shell();
  const page = await world.window();
  await page.addInitScript(observe);
  await page.goto('/sign-in');
  await signInHere(page);
  await expect.poll(() => lastBadge(page)).toBe(1);

  const second = await world.shell();
  await expect.poll(() => lastBadge(page)).toBe(2);
  for (const terminal of [first, second]) terminal.enter('exit');
  await expect.poll(() => lastBadge(page)).toBe(0);
  // The number is told when it changes, not with every change of the list: olga's own sign-in is none of it.
  expect((await badges(page)).length).toBeLessThan(8);

  // Frozen or not, it is what is open now.
  await page.getByRole('button', { name: 'Freeze', exact: true }).click();
  await world.shell();
  await expect.poll(() => lastBadge(page)).toBe(1);

  await signOut(page);
  await ready(page);
  await expect.poll(() => lastBadge(page)).toBe(0);
});

test('somebody who owns nothing has no number, and hears of nothing', async ({ world }) => {
  const page = await world.window();
  await page.context().grantPermissions(['notifications']);
  await page.addInitScript(observe);
  await page.goto('/sign-in');
  await signInHere(page, 'oscar');
  await worked(page);
  await openMenu(page);
  await wish(page).check();
  // The owner hears of it at the same time.
  const owner = await world.window();
  await owner.context().grantPermissions(['notifications']);
  await owner.goto('/sign-in');
  await signInHere(owner);
  await worked(owner);
  await openMenu(owner);
  await wish(owner).check();
  await world.shell();
  await expect.poll(() => notes(owner)).toHaveLength(1);
  await expect(page.getByRole('grid').getByText('PAM SSH', { exact: true })).toHaveCount(1);
  expect(await notes(page)).toEqual([]);
  expect((await badges(page)).filter((count) => count > 0)).toEqual([]);
});

test('a notification tells of a session on an own account, when it is wished for', async ({ world }) => {
  await world.shell();
  const page = await world.window();
  await page.context().grantPermissions(['notifications']);
  await page.goto('/sign-in');
  await signInHere(page);
  await worked(page);

  // Not wished for, though it is allowed: nothing.
  await openMenu(page);
  await expect(wish(page)).not.toBeChecked();
  await wish(page).check();
  await expect(wish(page)).toBeChecked();
  await page.keyboard.press('Escape');
  expect(await notes(page), 'the session from before is no news').toEqual([]);

  const terminal = await world.shell();
  await expect.poll(() => notes(page)).toHaveLength(1);
  const [note] = await notes(page);
  const ids = (await world.open('PAM SSH')).map((session) => `/sessions/${session.id}`);
  expect(ids).toContain(note!.data);
  expect(note).toMatchObject({ title: `alice opened ${ACCOUNT}` });
  expect(note!.body).toContain('From 127.0.0.1');
  expect(note!.body).toContain('PAM SSH');

  // A click opens the session.
  const [worker] = page.context().serviceWorkers();
  const opened = await worker!.evaluate(async () => {
    const scope = globalThis as unknown as {
      registration: { getNotifications(): Promise<Notification[]> };
      clients: { openWindow(path: string): Promise<unknown> };
    };
    const asked: string[] = [];
    // Only a hand on the mouse may open a window: what is asked for is what counts here.
    scope.clients.openWindow = (path) => Promise.resolve(void asked.push(path));
    const [notification] = await scope.registration.getNotifications();
    const kind = Reflect.get(globalThis, 'NotificationEvent') as new (name: string, init: object) => Event;
    dispatchEvent(new kind('notificationclick', { notification }));
    while (asked.length === 0) await new Promise((again) => setTimeout(again, 10));
    return { asked, left: (await scope.registration.getNotifications()).length };
  });
  expect(opened).toEqual({ asked: [note!.data], left: 0 });

  // Several at once are one.
  terminal.enter('exit');
  await Promise.all([world.shell(), world.shell(), world.shell()]);
  await expect.poll(async () => (await notes(page)).map(({ title }) => title)).toContain('3 sessions opened on your accounts');

  // A page that is loaded anew, and a second window, tell of nothing that was open, and keep the wish.
  const shown = (await notes(page)).length;
  const other = await page.context().newPage();
  await other.goto('/sessions');
  await page.reload();
  await ready(page);
  await openMenu(page);
  await expect(wish(page)).toBeChecked();
  await world.shell();
  await expect.poll(async () => (await notes(page)).length).toBe(shown + 1);

  // Not wished for any more: what opens then is not told, not even with what comes after.
  await wish(page).uncheck();
  const unheard = await world.shell();
  await expect(page.getByRole('grid').getByText('PAM SSH', { exact: true })).toHaveCount(6);
  await wish(page).check();
  unheard.enter('exit');
  await world.shell();
  await expect.poll(async () => (await notes(page)).length).toBe(shown + 2);
  expect((await notes(page)).filter(({ title }) => title.includes('sessions opened'))).toHaveLength(1);
});

test('a person who refuses is told so, and nothing is kept', async ({ world }) => {
  const page = await world.sessionsPage('olga');
  await page.context().clearPermissions();
  await openMenu(page);
  await wish(page).click();
  await expect(page.getByText(/does not allow notifications/)).toBeVisible();
  await expect(wish(page)).not.toBeChecked();
  expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('sightline-notices');
});

test('signing out clears the caches, and the offline page is there again', async ({ world }) => {
  world.guard.allow(/Failed to load resource|WebSocket connection|ERR_/);
  const page = await world.sessionsPage('olga');
  await worked(page);
  await page.context().addCookies([{ name: 'look-of-somebody', value: 'dark', url: world.product.url }]);
  await page.evaluate(async () => {
    localStorage.setItem('left', 'behind');
    await (await caches.open('left')).put('/left', new Response('behind'));
  });
  expect(Object.keys(await cached(page))).toContain('left');

  const answer = page.waitForResponse((response) => new URL(response.url()).pathname === '/sign-out');
  await signOut(page);
  expect((await (await answer).allHeaders())['clear-site-data']).toBe('"storage"');
  await ready(page);
  expect(Object.keys(await cached(page))).not.toContain('left');
  expect(await page.evaluate(() => localStorage.getItem('left'))).toBeNull();
  expect((await page.context().cookies()).map(({ name }) => name)).toContain('look-of-somebody');

  // The page that came after it brings the worker back. One that is loaded meanwhile may miss it.
  await worked(page);
  await page.reload();
  await worked(page);
  expect(Object.keys(await cached(page))).toHaveLength(1);
  await world.product.stop();
  await page.goto('/sessions');
  await expect(page.getByRole('heading', { name: 'Sightline cannot be reached' })).toBeVisible();
});

async function signInHere(page: Page, person: 'olga' | 'oscar' = 'olga'): Promise<void> {
  await signIn(page, person);
  await page.waitForURL('**/sessions');
  await ready(page);
}

async function signOut(page: Page): Promise<void> {
  await openMenu(page);
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.waitForURL('**/sign-in');
}
