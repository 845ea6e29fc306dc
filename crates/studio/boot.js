// What the page runs first: language and light before anything is drawn, then the module.

const root = document.documentElement;
const here = document.currentScript.src;

/** What somebody prefers; nothing where the browser forbids to ask. */
const kept = (name) => {
  try {
    return localStorage.getItem(`vafa:studio:${name}`);
  } catch {
    return null;
  }
};

const wanted = [kept('lang'), ...navigator.languages.map((tag) => tag.split('-')[0])];
const lang = wanted.find((tag) => tag in DIRECTIONS) ?? 'fa';
root.lang = lang;
root.dir = DIRECTIONS[lang];
root.dataset.light = kept('light') ?? 'system';

const drawn = new Promise((resolve) => addEventListener('DOMContentLoaded', resolve));
const start = async () => {
  const { default: init } = await import(new URL(GLUE, here));
  await drawn;
  await init({ module_or_path: new URL(WASM, here) });
};
start().catch((error) => {
  root.dataset.failed = '';
  console.error(error);
});
