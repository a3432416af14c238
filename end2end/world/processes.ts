// Child processes that are waited for by what they say, and ended by their own id.
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';

/** A process, everything that it wrote so far, and conditions on it. */
export class Program {
  readonly exited: Promise<number>;
  private readonly child: ChildProcess;
  private text = '';
  private code: number | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(
    readonly name: string,
    command: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = process.env,
    cwd?: string,
  ) {
    this.child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'], ...(cwd === undefined ? {} : { cwd }) });
    const take = (chunk: string) => {
      this.text += chunk;
      this.tell();
    };
    this.child.stdout?.setEncoding('utf8').on('data', take);
    this.child.stderr?.setEncoding('utf8').on('data', take);
    // A program that ends takes its input away; what was still being written is of no interest.
    this.child.stdin?.on('error', () => undefined);
    this.exited = new Promise((resolve) => {
      const end = (code: number) => {
        this.code ??= code;
        this.tell();
        resolve(this.code);
      };
      this.child.once('error', (error) => {
        this.text += error.message;
        end(127);
      });
      this.child.once('close', (code) => end(code ?? 128));
    });
  }

  get output(): string {
    return this.text;
  }

  get running(): boolean {
    return this.code === undefined;
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.name} did not start`);
    return this.child.pid;
  }

  write(text: string): void {
    this.child.stdin?.write(text);
  }

  closeInput(): void {
    this.child.stdin?.end();
  }

  /** Waits until what was written since `from` matches, and returns the match. */
  async says(pattern: RegExp, from = 0, within = 10_000): Promise<RegExpMatchArray> {
    const found = await this.until(() => this.text.slice(from).match(pattern), within);
    if (!found) {
      const state = this.running ? 'still runs' : `ended with ${this.code}`;
      throw new Error(`${this.name} (${state}) did not say ${pattern} within ${within} ms; it said:\n${this.text}`);
    }
    return found;
  }

  /** Waits for the end and returns the exit status. */
  async ends(within = 10_000): Promise<number> {
    await this.until(() => !this.running, within);
    if (this.code === undefined) {
      throw new Error(`${this.name} did not end within ${within} ms; it said:\n${this.text}`);
    }
    return this.code;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.child.kill(signal);
  }

  /** Asks it to end, then makes it. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    await this.stopped();
  }

  /** Waits for the end of one that was asked to end, and then makes it. */
  async stopped(): Promise<void> {
    await this.until(() => !this.running, 5_000);
    this.signal('SIGKILL');
    await this.exited;
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  /** Resolves as soon as the condition holds; with what it is when the program ends or time is up. */
  private until<T>(condition: () => T, within: number): Promise<T> {
    return new Promise((resolve) => {
      const check = (last: boolean) => {
        const value = condition();
        if (!value && !last && this.running) return;
        clearTimeout(timer);
        this.listeners.delete(listener);
        resolve(value);
      };
      const listener = () => check(false);
      const timer = setTimeout(() => check(true), within);
      this.listeners.add(listener);
      check(false);
    });
  }
}

/** Runs a program to its end: what it printed on stdout, or an error with all it said. */
export async function run(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(command, args, { env: options.env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? 1));
  });
  return { code, stdout, stderr };
}

/** Each worker of the run has its own range, below the range that the kernel hands out by itself. */
const PORTS_PER_WORKER = 2_000;
let nextPort = 0;

/** A port on loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const worker = Number(process.env['TEST_PARALLEL_INDEX'] ?? '0');
  for (let tries = 0; tries < PORTS_PER_WORKER; tries++) {
    const port = 21_000 + worker * PORTS_PER_WORKER + ((process.pid + nextPort++) % PORTS_PER_WORKER);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port on loopback');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
