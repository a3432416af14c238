// The target: a real OpenSSH server on loopback, for the user who runs the tests.
import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort, Program, run } from './processes.ts';

/** Debian keeps it out of the path of ordinary users. */
const SSHD = process.env['SSHD'] ?? '/usr/sbin/sshd';

/** Login on the target: whoever runs the tests. */
export const LOGIN = userInfo().username;

/** Makes a key pair; returns the path of the private half, the public one is beside it. */
export async function makeKey(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const made = await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path]);
  if (made.code !== 0) throw new Error(`ssh-keygen failed: ${made.stderr}`);
  return path;
}

export class Target {
  private constructor(
    readonly port: number,
    /** Private key that opens it. */
    readonly key: string,
    private readonly program: Program,
  ) {}

  get url(): string {
    return `ssh://127.0.0.1:${this.port}`;
  }

  static async start(folder: string): Promise<Target> {
    mkdirSync(folder);
    const [hostKey, key, port] = await Promise.all([
      makeKey(folder, 'host_key'),
      makeKey(folder, 'account_key'),
      freePort(),
    ]);
    // An sshd that is started by root insists on the folder that its package makes at boot.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const config = join(folder, 'sshd_config');
    writeFileSync(
      config,
      [
        `ListenAddress 127.0.0.1:${port}`,
        `HostKey ${hostKey}`,
        `AuthorizedKeysFile ${key}.pub`,
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'PermitRootLogin prohibit-password',
        'PidFile none',
        'PrintLastLog no',
        'PrintMotd no',
        'StrictModes no',
        'Subsystem sftp internal-sftp',
        'UsePAM no',
        '',
      ].join('\n'),
    );
    const program = new Program('sshd', SSHD, ['-D', '-e', '-f', config]);
    await program.says(/Server listening on/);
    return new Target(port, key, program);
  }

  stop(): Promise<void> {
    return this.program.stop();
  }
}
