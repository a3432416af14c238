// A desktop as target: the demo's, a real xrdp in front of an X server of its own with a terminal on it.
//
// There is no window manager: who types has the mouse over the terminal.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Program } from './processes.ts';
import { DEMO } from './product.ts';
import type { WatchPolicy, World } from './world.ts';

/** Name of the agent. */
export const DESK = 'desk-1';
/** The account on it. */
export const DESK_ACCOUNT = `clerk@${DESK}`;

export class Desktop {
  private constructor(
    private readonly folder: string,
    readonly url: string,
    private readonly program: Program,
  ) {}

  /** Starts a desktop whose terminal is at home in a new folder. */
  static async start(folder: string): Promise<Desktop> {
    mkdirSync(folder, { recursive: true });
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      HOME: folder,
      // The shell says nothing of its own.
      PS1: '$ ',
      ENV: '',
      SHELL: '/bin/sh',
    };
    const program = new Program('desktop', DEMO, ['desktop'], env);
    const [, address] = await program.says(/listening on (\S+)/, 0, 30_000);
    return new Desktop(folder, `rdp://${address}`, program);
  }

  /** Starts one, and tells the product of it: alice may use its account, olga owns it. */
  static async furnish(world: World, watch: WatchPolicy = 'announced'): Promise<Desktop> {
    const desktop = await Desktop.start(join(world.place, 'desktop'));
    const { product } = world;
    await product.cli(['agent', 'add', DESK, '--url', desktop.url, '--display-name', 'Front Desk']);
    await product.cli(['account', 'add', DESK_ACCOUNT, '--password-stdin', '--watch', watch], 'desk secret\n');
    await product.cli(['grant', 'add', 'alice', 'user', DESK_ACCOUNT]);
    await product.cli(['grant', 'add', 'olga', 'owner', DESK_ACCOUNT]);
    return desktop;
  }

  /** What a command that was typed on the desktop wrote into a file of its folder. */
  read(name: string): string {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  async stop(): Promise<void> {
    await this.program.stop();
  }
}
