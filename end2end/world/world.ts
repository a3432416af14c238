// One world for each journey: its own server, target, people and browser windows; nothing is shared.
//
// The people: ada (admin), oscar (operator), olga (owns the account), alice (may use it) and nina,
// who has nothing.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, type Browser, type BrowserContextOptions, type Page } from '@playwright/test';
import { Guard } from './guard.ts';
import { Product, type ApiSession } from './product.ts';
import { LOGIN, makeKey, Target } from './sshd.ts';
import { Terminal } from './terminal.ts';

export { expect };
export type { Page } from '@playwright/test';

/** Name of the agent. */
export const AGENT = 'db-1';
/** Its display name: text that a spreadsheet would run, with everything that CSV has to quote
 * and HTML would interpret. */
export const PROVIDER = '=Orders "main", <b>EU</b>';
/** Name of the account in the words of the product. */
export const ACCOUNT = `${LOGIN}@${AGENT}`;

const PEOPLE = {
  ada: { role: 'admin', fullName: 'Ada Admin' },
  oscar: { role: 'operator', fullName: 'Oscar Operator' },
  olga: { role: 'user', fullName: 'Olga Owner' },
  alice: { role: 'user', fullName: 'Alice Moreno' },
  nina: { role: 'user', fullName: 'Nina Nobody' },
} as const;

export type Person = keyof typeof PEOPLE;
/** What the account's user learns of those who watch. */
export type WatchPolicy = 'announced' | 'consent' | 'covert';

export function passwordOf(person: Person): string {
  return `correct horse of ${person}`;
}

export function fullNameOf(person: Person): string {
  return PEOPLE[person].fullName;
}

export class World {
  readonly guard: Guard;
  private readonly terminals: Terminal[] = [];
  private readonly tokens = new Map<Person, string>();
  private target: Target | undefined;
  private key = '';

  private constructor(
    private readonly folder: string,
    readonly product: Product,
    private readonly browser: Browser,
    private readonly options: BrowserContextOptions,
  ) {
    this.guard = new Guard(product.url);
  }

  static async make(browser: Browser, options: BrowserContextOptions): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'sightline-journey-'));
    return new World(folder, await Product.at(join(folder, 'data')), browser, options);
  }

  /** People, the target and its account, then the server. */
  async furnish(watch: WatchPolicy): Promise<void> {
    const { product, folder } = this;
    const [target, key] = await Promise.all([Target.start(join(folder, 'target')), makeKey(folder, 'alice_key')]);
    this.target = target;
    this.key = key;
    for (const [name, { role, fullName }] of Object.entries(PEOPLE)) {
      const withKey = name === 'alice' ? ['--public-key', `${key}.pub`] : [];
      const add = ['user', 'add', name, '--full-name', fullName, '--role', role, ...withKey, '--password-stdin'];
      await product.cli(add, `${passwordOf(name as Person)}\n`);
    }
    await product.cli(['agent', 'add', AGENT, '--url', target.url, '--display-name', PROVIDER]);
    await product.cli(['account', 'add', ACCOUNT, '--private-key', target.key, '--watch', watch]);
    await product.cli(['grant', 'add', 'alice', 'user', ACCOUNT]);
    await product.cli(['grant', 'add', 'olga', 'owner', ACCOUNT]);
    await product.start();
  }

  /** A folder that goes with the world. */
  get place(): string {
    return this.folder;
  }

  get targetUrl(): string {
    if (!this.target) throw new Error('this world has no target');
    return this.target.url;
  }

  /** A window of a browser of its own, on nothing yet. */
  async window(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ ...this.options, ...options, baseURL: this.product.url });
    this.guard.watch(context);
    return context.newPage();
  }

  /** A window on the sessions page, signed in through the sign-in page and ready for the mouse. */
  async sessionsPage(person: Person, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.window(options);
    await page.goto('/sign-in');
    await signIn(page, person);
    await page.waitForURL('**/sessions');
    await ready(page);
    return page;
  }

  /** Alice connects to the account with `ssh`. */
  connect(command?: string): Terminal {
    const terminal = Terminal.connect({
      folder: this.folder,
      port: this.product.sshPort,
      key: this.key,
      destination: `alice:${ACCOUNT}`,
      ...(command === undefined ? {} : { command }),
    });
    this.terminals.push(terminal);
    return terminal;
  }

  /** Alice connects, and a shell on the target answers her. */
  async shell(): Promise<Terminal> {
    const terminal = this.connect();
    await terminal.answers();
    return terminal;
  }

  /** A bearer token of that person. */
  async token(person: Person): Promise<string> {
    let token = this.tokens.get(person);
    if (token === undefined) {
      token = (await this.product.cli(['token', 'add', person])).trim();
      this.tokens.set(person, token);
    }
    return token;
  }

  /** What the API tells an operator: every open session of that type. */
  async open(type: string): Promise<ApiSession[]> {
    const sessions = await this.product.sessions(await this.token('oscar'));
    return sessions.filter((session) => session.type === type);
  }

  /** The one open SSH session. */
  async onlySession(): Promise<ApiSession> {
    const open = await this.open('PAM SSH');
    expect(open).toHaveLength(1);
    return open[0]!;
  }

  /** The file of a session's recording, when it is closed and put away, and the session's page replays it. */
  async recording(id: string): Promise<string> {
    const shelf = join(this.product.data, 'recordings');
    const closed = () =>
      readdirSync(shelf)
        .filter((month) => month !== 'open')
        .map((month) => join(shelf, month, id))
        .find((path) => existsSync(`${path}.idx`));
    await expect.poll(closed, { message: `the recording of ${id}` }).toBeDefined();
    // The row is closed a moment later.
    const token = await this.token('oscar');
    const ended = async () => {
      const { body } = await this.product.get(`/api/v1/sessions/${id}`, token);
      return (JSON.parse(body) as { ended_at?: string | null }).ended_at;
    };
    await expect.poll(ended, { message: `the end of ${id}` }).toBeTruthy();
    return `${closed()}.cast`;
  }

  async end(): Promise<void> {
    await Promise.all(this.browser.contexts().map((context) => context.close()));
    await Promise.all(this.terminals.map((terminal) => terminal.close()));
    await this.product.stop();
    await this.target?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Fills in the sign-in form. */
export async function signIn(page: Page, person: Person, password = passwordOf(person)): Promise<void> {
  await page.getByLabel('User name', { exact: true }).fill(person);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Waits until the page answers to mouse and keyboard. */
export async function ready(page: Page): Promise<void> {
  await expect(page.locator('html[data-ready]')).toBeAttached();
}

interface Fixtures {
  /** A data folder without users, and no target. */
  empty: boolean;
  /** Watch policy of the account. */
  watch: WatchPolicy;
  world: World;
}

export const test = base.extend<Fixtures>({
  empty: [false, { option: true }],
  watch: ['announced', { option: true }],
  world: async ({ browser, contextOptions, viewport, locale, timezoneId, empty, watch }, use, info) => {
    const options: BrowserContextOptions = { ...contextOptions, viewport };
    if (locale !== undefined) options.locale = locale;
    if (timezoneId !== undefined) options.timezoneId = timezoneId;
    const world = await World.make(browser, options);
    try {
      if (empty) await world.product.start();
      else await world.furnish(watch);
      await use(world);
      if (info.status === info.expectedStatus) world.guard.check();
      else await info.attach('server', { body: world.product.log, contentType: 'text/plain' });
    } finally {
      await world.end();
    }
  },
});
