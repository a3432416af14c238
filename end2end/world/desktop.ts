// A desktop as target: a real xrdp on loopback, in front of an X server of its own with a terminal on it.
//
// There is no window manager: who types has the mouse over the terminal.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { freePort, Program, run } from './processes.ts';
import type { WatchPolicy, World } from './world.ts';

/** Name of the agent. */
export const DESK = 'desk-1';
/** The account on it. */
export const DESK_ACCOUNT = `clerk@${DESK}`;

/** Where xorgxrdp and xrdp meet; both have it compiled in. */
const SOCKETS = '/run/xrdp/sockdir';
/** Each worker of the run has its own displays. */
const DISPLAYS_PER_WORKER = 20;
let nextDisplay = 0;

export class Desktop {
  private constructor(
    private readonly folder: string,
    readonly port: number,
    /** In the order in which they end. */
    private readonly programs: Program[],
  ) {}

  get url(): string {
    return `rdp://127.0.0.1:${this.port}`;
  }

  /** Starts a desktop in a new folder. */
  static async start(folder: string): Promise<Desktop> {
    for (const path of [folder, '/tmp/.X11-unix', SOCKETS]) mkdirSync(path, { recursive: true });
    // Whoever made them, everybody may put a socket there.
    for (const path of ['/tmp/.X11-unix', SOCKETS]) if (process.getuid?.() === 0) chmodSync(path, 0o1777);
    const key = join(folder, 'key.pem');
    const certificate = join(folder, 'cert.pem');
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=desk'];
    const made = await run('openssl', [...request, '-keyout', key, '-out', certificate]);
    if (made.code !== 0) throw new Error(`openssl: ${made.stderr}`);
    const display = freeDisplay();
    const port = await freePort();
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      HOME: folder,
      XDG_RUNTIME_DIR: folder,
      XRDP_SOCKET_PATH: SOCKETS,
      XRDP_START_WIDTH: '1280',
      XRDP_START_HEIGHT: '800',
      CHANSRV_LOG_PATH: folder,
      DISPLAY: `:${display}`,
      LC_ALL: 'C.UTF-8',
      // The shell says nothing of its own.
      PS1: '$ ',
      ENV: '',
      SHELL: '/bin/sh',
    };
    const programs: Program[] = [];
    const desktop = new Desktop(folder, port, programs);
    const start = (command: string, args: readonly string[]) => {
      const program = new Program(command, command, args, env, folder);
      programs.unshift(program);
      return program;
    };
    const log = join(folder, 'xorg.log');
    const x = start('/usr/lib/xorg/Xorg', [
      ...[`:${display}`, '-config', 'xrdp/xorg.conf', '-noreset', '-nolisten', 'tcp', '-ac', '-logfile', log],
    ]);
    await there(x, `/tmp/.X11-unix/X${display}`, `${SOCKETS}/xrdp_display_${display}`);
    const channels = start('/usr/sbin/xrdp-chansrv', []);
    await there(channels, `${SOCKETS}/xrdp_chansrv_socket_${display}`);
    start('xterm', [
      ...['-geometry', '80x24+20+20', '-fa', 'Monospace', '-fs', '11'],
      // What is selected is on the clipboard, and Ctrl+V pastes what is there.
      ...['-xrm', '*selectToClipboard: true'],
      ...['-xrm', '*VT100.translations: #override Ctrl <Key>v: insert-selection(CLIPBOARD)'],
    ]);
    const ini = join(folder, 'xrdp.ini');
    writeFileSync(ini, settings({ port, certificate, key, display, folder }));
    const xrdp = start('/usr/sbin/xrdp', ['--nodaemon', '--config', ini]);
    await expect.poll(() => listens(port), { message: `xrdp: ${xrdp.output}` }).toBe(true);
    return desktop;
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
    for (const program of this.programs) await program.stop();
  }
}

function freeDisplay(): number {
  const worker = Number(process.env['TEST_PARALLEL_INDEX'] ?? '0');
  for (let tries = 0; tries < DISPLAYS_PER_WORKER; tries++) {
    const display = 60 + worker * DISPLAYS_PER_WORKER + (nextDisplay++ % DISPLAYS_PER_WORKER);
    const taken = [`/tmp/.X11-unix/X${display}`, `/tmp/.X${display}-lock`, `${SOCKETS}/xrdp_display_${display}`];
    if (!taken.some((path) => existsSync(path))) return display;
  }
  throw new Error('no free display');
}

/** Waits until a program has made its sockets. */
async function there(program: Program, ...paths: string[]): Promise<void> {
  await expect
    .poll(() => (program.running ? paths.every((path) => existsSync(path)) : program.output), {
      message: `${program.name} makes ${paths.join(' and ')}`,
      intervals: [20],
    })
    .toBe(true);
}

function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

interface Settings {
  port: number;
  certificate: string;
  key: string;
  display: number;
  folder: string;
}

/** Without its session manager: it would have one port for all of a machine, and ask for a user of the system. */
function settings({ port, certificate, key, display, folder }: Settings): string {
  return `[Globals]
ini_version=1
fork=false
port=tcp://127.0.0.1:${port}
tcp_nodelay=true
security_layer=tls
crypt_level=high
certificate=${certificate}
key_file=${key}
ssl_protocols=TLSv1.2, TLSv1.3
autorun=desk
allow_channels=true
bitmap_cache=true
bitmap_compression=true
bulk_compression=false
max_bpp=32
new_cursors=true
use_fastpath=both

[Logging]
LogFile=${join(folder, 'xrdp.log')}
LogLevel=INFO
EnableSyslog=false

[Channels]
rdpdr=false
rdpsnd=false
drdynvc=true
cliprdr=true
rail=false
xrdpvr=false
tcutils=false

[desk]
name=desk
lib=libxup.so
username=ask
password=ask
ip=127.0.0.1
port=${SOCKETS}/xrdp_display_${display}
chansrvport=DISPLAY(${display})
code=20
`;
}
