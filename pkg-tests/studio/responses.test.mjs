// Answers and invitations: read, filtered, saved; an invitation that was suspected is let through.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { eventually, picture } from '../stage.mjs';
import { Desk, looks, tabTo, words } from './desk.mjs';

const say = words.fa;
const SCRIPT = '=1+1 <script>window.hurt = true</script>';
let desk;
before(async () => {
  desk = await Desk.open();
});
after(() => desk.close());

const answer = async (member, score, comment) => {
  const body = { id: `rsp_${member}`, survey_id: 'srv_recommend', score, comment, completed: true };
  const { status, body: said } = await desk.stage.asMember(member, 'POST', '/v1/me/responses', body, randomUUID());
  assert.equal(status, 201, JSON.stringify(said));
};
const rows = (page) => page.locator('#responses .row');

test('answers are read by mood and by whether something was written', async () => {
  await answer('neda', 10, null);
  await answer('parsa', 2, SCRIPT);
  const page = await desk.enter('editor', '/studio/responses?mood=low');
  await eventually(async () => (await rows(page).count()) > 0, true, 'the rows');
  await page.getByText(SCRIPT, { exact: true }).waitFor();
  assert.equal(await page.evaluate(() => window.hurt), undefined);
  await page.locator('#filter-mood').selectOption('high');
  await eventually(() => page.getByText(SCRIPT, { exact: true }).count(), 0, 'the comment');
  assert.equal(new URL(page.url()).search, '?mood=high');
  await page.locator('#filter-mood').selectOption('');
  await page.getByLabel(say['responses.with_comment']).check();
  await page.getByText(SCRIPT, { exact: true }).waitFor();
  assert.deepEqual(await looks(page, (light, width) => picture(page, `studio-responses-${light}-${width}`)), []);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: say['responses.export'], exact: true }).click();
  const text = readFileSync(await (await saved).path(), 'utf8');
  assert.ok(text.includes(`'${SCRIPT}`) && !text.includes(`,${SCRIPT}`));
});

test('an invitation between two of one family is let through by keyboard', async () => {
  const contacts = { email: 'home@shop.example' };
  const put = (id, body) => desk.stage.asShop('PUT', `/v1/members/${id}`, body);
  const { referral_code: code } = (await put('mother', { contacts })).body.member;
  const claimed = await fetch(`${desk.stage.api}/v1/referrals/${code}/claims?key=${desk.stage.keys.publishable_key}`, {
    method: 'POST', headers: { 'idempotency-key': randomUUID() },
  });
  const { claim } = await claimed.json();
  await put('son', { contacts, claim_id: claim.id });
  const viewer = await desk.enter('viewer', '/studio/referrals', { lang: 'en' });
  await viewer.getByText(words.en['claim.same_contact.what']).waitFor();
  assert.equal(await viewer.getByRole('button', { name: words.en['claim.allow'] }).count(), 0);
  assert.deepEqual(await looks(viewer, (light, width) => picture(viewer, `studio-referrals-en-${light}-${width}`)), []);

  const page = await desk.enter('editor', '/studio/referrals?state=same_contact', { viewport: { width: 390, height: 780 } });
  await page.getByText(say['claim.same_contact.what']).waitFor();
  await tabTo(page, ({ name }) => name === say['claim.allow']);
  await page.keyboard.press('Enter');
  await page.getByText(say['claim.allow.contact']).waitFor();
  await tabTo(page, ({ name }) => name === say['claim.allow.confirm']);
  await page.keyboard.press('Enter');
  await page.getByText(say['referrals.none.text']).waitFor();
  const { claims } = (await desk.stage.asShop('GET', '/v1/claims')).body;
  assert.equal(claims.find(({ id }) => id === claim.id).state, 'joined');
});
