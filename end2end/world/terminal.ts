// A person at a terminal: a real `ssh` in a real pseudo-terminal.
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Program, run } from './processes.ts';

/** Size of the window that the person has; not the default, so that it shows when it got lost. */
export const WINDOW = { cols: 100, rows: 30 };

export interface Way {
  /** Folder for the list of known hosts. */
  folder: string;
  /** Port of the gateway. */
  port: number;
  /** The person's private key. */
  key: string;
  /** `USER:LOGIN@AGENT`. */
  destination: string;
  /** Command instead of a shell. */
  command?: string;
}

/** `ssh` needs a terminal of its own; `script` gives it one and hands its bytes through pipes. */
export class Terminal {
  private constructor(private readonly program: Program) {}

  static connect(way: Way): Terminal {
    const ssh = [
      'ssh',
      ...['-F', 'none', '-tt', '-p', String(way.port), '-i', way.key],
      ...['-o', 'IdentitiesOnly=yes', '-o', 'StrictHostKeyChecking=accept-new', '-o', 'LogLevel=ERROR'],
      ...['-o', `UserKnownHostsFile=${join(way.folder, 'known_hosts')}`],
      `${way.destination}@127.0.0.1`,
      ...(way.command === undefined ? [] : [way.command]),
    ];
    const line = `stty cols ${WINDOW.cols} rows ${WINDOW.rows} && exec ${ssh.map(quoted).join(' ')}`;
    // Without SHELL, `script` runs the line with sh.
    const env: NodeJS.ProcessEnv = { ...process.env, TERM: 'xterm-256color', SHELL: '/bin/sh' };
    delete env['SSH_AUTH_SOCK'];
    return new Terminal(new Program('ssh', 'script', ['-qefc', line, '/dev/null'], env));
  }

  /** All that the terminal was sent. */
  get output(): string {
    return this.program.output;
  }

  get running(): boolean {
    return this.program.running;
  }

  /** Types keys, without Enter. */
  type(keys: string): void {
    this.program.write(keys);
  }

  /** Types a line and Enter. */
  enter(line: string): void {
    this.program.write(`${line}\r`);
  }

  /** Gives the window another size; the kernel tells `ssh`. */
  async resize(cols: number, rows: number): Promise<void> {
    const terminal = readlinkSync(`/proc/${this.ssh()}/fd/0`);
    const done = await run('stty', ['-F', terminal, 'cols', `${cols}`, 'rows', `${rows}`]);
    if (done.code !== 0) throw new Error(`stty: ${done.stderr}`);
  }

  /** Waits for text on the terminal. */
  async shows(pattern: RegExp, within?: number): Promise<void> {
    await this.program.says(pattern, 0, within);
  }

  /** Waits until a shell on the target answers. */
  async answers(): Promise<void> {
    // The sum is not in what was typed, so its echo is not taken for the answer.
    this.enter('echo "up-$((40 + 2))"');
    await this.shows(/up-42/);
  }

  /** Waits for the end of `ssh` and returns its exit status. */
  ends(within?: number): Promise<number> {
    return this.program.ends(within);
  }

  /** Closes the window. */
  async close(): Promise<void> {
    // `script` ends with its `ssh`; asked itself, it waits for two seconds first.
    try {
      process.kill(this.ssh(), 'SIGTERM');
    } catch {
      // It ends by itself just now.
    }
    await this.program.stopped();
  }

  /** The process of `ssh`; an error when it is gone, or not there yet. */
  private ssh(): number {
    const { pid } = this.program;
    const child = Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'), 10);
    if (Number.isNaN(child)) throw new Error('ssh does not run');
    return child;
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
