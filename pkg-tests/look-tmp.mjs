import { Desk } from './studio/desk.mjs';
const desk = await Desk.open();
try {
  const [,, place='look', lang='fa', w='1280', light='light', out='x', ...acts] = process.argv;
  const page = await desk.enter(process.env.ROLE ?? 'editor', `/studio/customise/${place}`, { lang, viewport: { width: +w, height: 900 }, colorScheme: light, extraHTTPHeaders: {} });
  page.on('requestfailed', (r) => console.log('failed', r.url(), r.failure()?.errorText));
  page.on('response', (r) => { if (r.status() >= 400) console.log(r.status(), r.url()); });
  await page.waitForTimeout(4000);
  for (const a of acts) { await eval(`(async()=>{${a}})()`); await page.waitForTimeout(800); }
  console.log(page.words.join('\n'));
  for (const f of page.frames()) console.log(f.url(), await f.evaluate(() => [document.body?.innerHTML.slice(0, 300), JSON.stringify(window.vafa?.explain?.())]).catch((e) => String(e)));
  await page.screenshot({ path: `/tmp/a/shots/${out}.png`, fullPage: process.env.FULL === '1' });
} finally { await desk.close(); }
