// A database as target: a real PostgreSQL on loopback, and a person's real psql.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, Program } from './processes.ts';
import { passwordOf, type World } from './world.ts';

const SECRET = 'warehouse secret';

/** Starts a server in a new folder and ends it, by its own id, when standard input closes. */
const SCRIPT = `
set -e
folder=$(mktemp -d /tmp/sightline-warehouse.XXXXXX)
trap 'rm -rf "$folder"' EXIT
printf '%s' "$3" > "$folder/password"
"$1/initdb" -D "$folder/data" -U app -A scram-sha-256 --pwfile "$folder/password" -E UTF8 --locale=C --no-sync > /dev/null
"$1/postgres" -D "$folder/data" -p "$2" -h 127.0.0.1 -k "$folder" -c fsync=off 2>&1 &
server=$!
cat > /dev/null
kill -INT "$server" 2> /dev/null || true
wait "$server" || true
`;

/** Debian keeps the database's programs out of the path, by version. */
function programs(): string {
  const all = '/usr/lib/postgresql';
  const versions = existsSync(all) ? readdirSync(all).sort() : [];
  const bins = versions.map((version) => join(all, version, 'bin')).filter((bin) => existsSync(join(bin, 'postgres')));
  const newest = bins.at(-1);
  if (newest === undefined) throw new Error('PostgreSQL is missing: apt install postgresql');
  return newest;
}

/** A database that Alice may use as `app@dw`, and that Olga owns. */
export class Warehouse {
  private constructor(private readonly server: Program) {}

  static async start(world: World): Promise<Warehouse> {
    const port = await freePort();
    const script = ['-c', SCRIPT, 'sh', programs(), String(port), SECRET];
    // PostgreSQL refuses to run as root: become the user that its package made.
    const server =
      process.getuid?.() === 0
        ? new Program('postgres', 'setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', 'sh', ...script])
        : new Program('postgres', 'sh', script);
    await server.says(/ready to accept connections/, 0, 60_000);
    const { product } = world;
    await product.cli(['agent', 'add', 'dw', '--url', `postgres://127.0.0.1:${port}`, '--display-name', 'Warehouse']);
    await product.cli(['account', 'add', 'app@dw', '--password-stdin'], `${SECRET}\n`);
    await product.cli(['grant', 'add', 'alice', 'user', 'app@dw']);
    await product.cli(['grant', 'add', 'olga', 'owner', 'app@dw']);
    return new Warehouse(server);
  }

  async stop(): Promise<void> {
    this.server.closeInput();
    await this.server.ends(30_000);
  }
}

/** Alice's psql, through the gateway. */
export function psql(world: World): Program {
  const where = `host=127.0.0.1 port=${world.product.pgPort} user=alice:app@dw dbname=postgres`;
  const env: NodeJS.ProcessEnv = { ...process.env, PGPASSWORD: passwordOf('alice'), LC_ALL: 'C.UTF-8' };
  return new Program('psql', 'psql', ['-XAt', where], env);
}
