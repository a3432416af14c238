// Another build of the web assets: the same pages under other names, with the files of the build before.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SITE } from './product.ts';

interface Assets {
  build: string;
  css: string;
}

/** Makes it in a folder; the paths of the style sheet that each build names. */
export function secondBuild(folder: string): { before: string; after: string; cache: string } {
  cpSync(SITE, folder, { recursive: true });
  const list = join(folder, 'assets.json');
  const assets = JSON.parse(readFileSync(list, 'utf8')) as Assets;
  const before = assets.css;
  const after = before.replace(/\.[0-9a-f]{16}\.css$/, '.0123456789abcdef.css');
  for (const form of ['', '.br', '.gz']) cpSync(join(folder, before + form), join(folder, after + form));
  writeFileSync(list, JSON.stringify({ ...assets, build: '0123456789abcdef', css: after }));
  const path = join(folder, 'sw.js');
  const cache = 'sightline-0123456789abcdef';
  const worker = readFileSync(path, 'utf8').replace(before, after).replace(/"sightline-[0-9a-f]{16}"/, `"${cache}"`);
  writeFileSync(path, worker);
  return { before, after, cache };
}
