/**
 * Brings a checkout to where everything else can run: the right Node, and node_modules as package-lock.json says. Plain
 * JavaScript without dependencies, because it runs before there are any. When nothing has changed it only compares a
 * hash, or what npm has put on record, so it works offline and costs milliseconds. `--quiet` prints nothing unless there is something to do.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..');
const MODULES = path.join(ROOT, 'node_modules');
/** Inside node_modules, so that deleting them deletes the claim that they are complete. */
const STAMP = path.join(MODULES, '.holdfast-setup');
const LOCK = path.join(ROOT, '.holdfast-setup.lock');
/** The lowest versions of package.json's "engines", by major; above the last, anything goes. */
const LOWEST_MINOR_BY_MAJOR = new Map([
  [20, 19],
  [22, 12],
]);
const FIRST_OPEN_MAJOR = 24;
const PROGRESS_INTERVAL_MS = 4_000;
/** Another checkout process's `npm ci`, on a slow network. */
const OTHERS_INSTALL_TIMEOUT_MS = 15 * 60_000;
const LOCK_CHECK_INTERVAL_MS = 500;

const isQuiet = process.argv.includes('--quiet');

try {
  checkNodeVersion();
  if (!isUpToDate()) await withLock(installUnlessDone);
  else if (!isQuiet) say('dependencies are up to date');
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

function say(line) {
  process.stderr.write(`set-up: ${line}\n`);
}

function checkNodeVersion() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const lowestMinor = LOWEST_MINOR_BY_MAJOR.get(major);
  if (major >= FIRST_OPEN_MAJOR || (lowestMinor !== undefined && minor >= lowestMinor)) return;
  throw new Error(
    `Node ${process.versions.node} is not supported. Install Node 20.19+, 22.12+ or 24+ (https://nodejs.org), then try again.`,
  );
}

/** The lock file's hash, and the Node major: packages with native code differ by it. */
function wantedStamp() {
  const lockFile = readFileSync(path.join(ROOT, 'package-lock.json'));
  const hash = createHash('sha256').update(lockFile).digest('hex');
  return `${hash} ${process.platform}-${process.arch}`;
}

function isUpToDate() {
  try {
    if (readFileSync(STAMP, 'utf8') === wantedStamp()) return true;
  } catch {
    // It was not written here: npm itself, or a copy, may have brought the packages.
  }
  if (!isInstalledByNpm()) return false;
  writeFileSync(STAMP, wantedStamp());
  return true;
}

/**
 * Whether npm's own record of node_modules says what package-lock.json does. `npm install` and `npm ci` end with that record, and to install
 * again would take the modules away under a process that runs from them.
 */
function isInstalledByNpm() {
  try {
    const wanted = packagesOf(path.join(ROOT, 'package-lock.json'));
    // The project itself.
    delete wanted[''];
    const installed = packagesOf(path.join(MODULES, '.package-lock.json'));
    const isAsWanted = ([name, { version, integrity }]) => {
      const found = installed[name];
      if (found === undefined) return wanted[name].optional === true;
      return found.version === version && found.integrity === integrity;
    };
    return Object.entries(wanted).every(isAsWanted) && Object.keys(installed).every((name) => name in wanted);
  } catch {
    return false;
  }
}

function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

async function installUnlessDone() {
  if (isUpToDate()) return;
  const startedAt = Date.now();
  const elapsed = () => `${Math.round((Date.now() - startedAt) / 1_000)} s`;
  say('installing dependencies (npm ci) …');
  const ticking = setInterval(() => say(`installing dependencies … ${elapsed()}`), PROGRESS_INTERVAL_MS);
  try {
    await npmCi();
  } finally {
    clearInterval(ticking);
  }
  writeFileSync(STAMP, wantedStamp());
  say(`dependencies installed in ${elapsed()}`);
}

function npmCi() {
  return new Promise((resolve, reject) => {
    // Under `npm run`, npm names itself; else it is found on PATH.
    const npm = process.env.npm_execpath;
    const [file, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
    const child = spawn(file, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output = (output + chunk).slice(-4_000);
      });
    }
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ci failed (code ${code}):\n${output.trim()}`));
    });
  });
}

/** One install at a time in a checkout. A holder that is dead, or has held it too long, counts for nothing. */
async function withLock(work) {
  const draft = `${LOCK}.${process.pid}`;
  mkdirSync(ROOT, { recursive: true });
  writeFileSync(draft, String(process.pid));
  try {
    let hasSaidSo = false;
    while (!takeLock(draft)) {
      if (!isHolderAlive()) {
        rmSync(LOCK, { force: true });
        continue;
      }
      if (!hasSaidSo) say('waiting for another process that is installing dependencies …');
      hasSaidSo = true;
      await sleep(LOCK_CHECK_INTERVAL_MS);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  try {
    await work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function takeLock(draft) {
  try {
    linkSync(draft, LOCK);
    return true;
  } catch {
    return false;
  }
}

function isHolderAlive() {
  try {
    if (Date.now() - statSync(LOCK).mtimeMs > OTHERS_INSTALL_TIMEOUT_MS) return false;
    process.kill(Number(readFileSync(LOCK, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
