import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/*
 * `npm run sbom`: the bill of materials of an image (CycloneDX), by the lock file. `npm sbom --omit dev` leaves out each package that a
 * development dependency needs as well, zod and webpack among them (seen with npm 11.19); so it is asked of a lock file without those.
 */
const CHECKOUT = path.join(import.meta.dirname, '..');
/** @param {string} name */
const read = (name) => JSON.parse(readFileSync(path.join(CHECKOUT, name), 'utf8'));

const manifest = { ...read('package.json'), devDependencies: {} };
const lock = read('package-lock.json');
const root = { ...lock.packages[''], devDependencies: {} };
const installed = Object.entries(lock.packages).filter(([, entry]) => entry.dev !== true);

const temporary = mkdtempSync(path.join(tmpdir(), 'sbom-'));
try {
  // npm names what it lists after the folder.
  const folder = path.join(temporary, manifest.name);
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  const packages = { ...Object.fromEntries(installed), '': root };
  writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify({ ...lock, packages }));
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const { status, error } = spawnSync('npm', args, { cwd: folder, stdio: 'inherit' });
  if (error !== undefined) throw error;
  process.exitCode = status ?? 1;
} finally {
  rmSync(temporary, { recursive: true });
}
