// The npm package as somebody gets it who installs it: packed, installed by npm, and built into the small shops of `apps/`.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const packed = fileURLToPath(new URL('../pkg', import.meta.url));
export const apps = fileURLToPath(new URL('apps', import.meta.url));
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.json': 'application/json', '.css': 'text/css', '.wasm': 'application/wasm' };

const npm = (folder, ...args) => execFileSync('npm', [...args, '--loglevel=error'], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** A package that the shops build with, from their own lock. */
export const tool = async (name) => {
  const found = createRequire(join(apps, 'package.json')).resolve(name);
  return import(pathToFileURL(found).href);
};

/** Runs a command of such a package; what it says when it fails is the error. */
export const run = (script, ...args) => {
  try {
    return execFileSync(process.execPath, [join(apps, 'node_modules', script), ...args], { cwd: apps, encoding: 'utf8' });
  } catch (fault) {
    throw new Error(`${script} ${args.join(' ')}:\n${fault.stdout}${fault.stderr}`);
  }
};

export class Installed {
  /** Packs and installs. */
  static make() {
    const made = new Installed();
    made.folder = mkdtempSync(join(tmpdir(), 'vafa-npm-'));
    [made.list] = JSON.parse(npm(packed, 'pack', '--json', '--pack-destination', made.folder));
    made.tarball = join(made.folder, made.list.filename);
    const project = join(made.folder, 'project');
    cpSync(join(apps, 'plain'), project, { recursive: true });
    writeFileSync(join(project, 'package.json'), '{"private": true}');
    npm(project, 'install', '--no-audit', '--no-fund', '--offline', made.tarball);
    made.package = join(apps, 'node_modules', 'vafa');
    rmSync(made.package, { recursive: true, force: true });
    cpSync(join(project, 'node_modules', 'vafa'), made.package, { recursive: true });
    return made;
  }

  /** A file of the package as it was installed. */
  json(file) {
    return JSON.parse(readFileSync(join(this.package, file), 'utf8'));
  }

  /** Builds a shop by Vite; `mode` is `production`, or `development` for React's double effects. Gives the folder. */
  async vite(app, env, mode = 'production') {
    const { build } = await tool('vite');
    const outDir = join(this.folder, `${app}-${mode}`);
    Object.assign(process.env, env, { NODE_ENV: mode });
    await build({ root: join(apps, app), mode, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
    return outDir;
  }

  /** Builds the plain shop by webpack, which is told nothing but where it begins. */
  async webpack() {
    const { default: webpack } = await tool('webpack');
    const folder = join(this.folder, 'webpack');
    const stats = await new Promise((done, failed) => {
      webpack({ mode: 'production', context: apps, entry: './plain/main.js', output: { path: folder, filename: 'main.js' } }, (fault, stats) => (fault ? failed(fault) : done(stats)));
    });
    if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString());
    cpSync(join(apps, 'plain/index.html'), join(folder, 'index.html'));
    return folder;
  }

  close() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A shop's server: a folder of files, its page for every other path, and what `answers` has for some paths. */
export class Shopfront {
  static async open() {
    const front = new Shopfront();
    front.answers = {};
    front.headers = {};
    front.asked = [];
    front.server = createServer((request, response) => {
      front.answer(new URL(request.url, front.origin).pathname, response).catch((fault) => response.writeHead(500).end(fault.message));
    }).listen(0, '127.0.0.1');
    await once(front.server, 'listening');
    front.origin = `http://localhost:${front.server.address().port}`;
    return front;
  }

  async answer(path, response) {
    this.asked.push(path);
    const given = await this.answers[path]?.();
    if (given !== undefined) return response.end(given);
    const file = extname(path) ? join(this.root, normalize(path)) : join(this.root, 'index.html');
    let bytes;
    try {
      bytes = readFileSync(file);
    } catch {
      return response.writeHead(404).end();
    }
    return response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', ...this.headers }).end(bytes);
  }

  close() {
    this.server.close();
    this.server.closeAllConnections();
  }
}
