// What a member does in the earn view counts at the server once, and the view says what is done, full or coming.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Stage, eventually, openPanel, panel, place } from './stage.mjs';

let stage;
before(async () => {
  stage = await Stage.open({
    program: (demo) => ({
      ...demo,
      earning: {
        ...demo.earning,
        purchase: { ...demo.earning.purchase, caps: [{ per: 'month', points: 5000 }] },
        activities: [
          ...demo.earning.activities,
          { id: 'visit', kind: 'daily_visit', points: 5, caps: [{ per: 'week', times: 3 }] },
          { id: 'follow', kind: { social_follow: 'instagram' }, points: 30 },
          { id: 'review', kind: 'review', points: 50 },
          { id: 'profile', kind: 'profile', points: 60 },
        ],
      },
    }),
  });
});
after(() => stage.close());

const visit = (who) => stage.visit(who, { reducedMotion: 'reduce', hasTouch: true });
const earned = async (who) => (await stage.asMember(who, 'GET', '/v1/me')).body.facts.earned ?? [];
const way = (page, rule) => panel(page).locator(`[data-rule=${rule}]`);

test('a visit and a follow are claimed once, and stay claimed after a reload', async () => {
  const page = await visit('neda');
  await openPanel(page);
  await place(page, 'earn');
  for (const rule of ['visit', 'follow']) {
    await way(page, rule).getByRole('button').click({ clickCount: 3 });
    await way(page, rule).locator('.done').waitFor();
    const given = (await earned('neda')).filter((entry) => entry.rule === rule);
    assert.equal(given.length, 1, `${rule} is given once`);
  }
  assert.equal(await way(page, 'review').getByRole('button').count(), 0, 'a review is told by the shop');
  await page.reload();
  await openPanel(page);
  await place(page, 'earn');
  await way(page, 'visit').locator('.done').waitFor();
  assert.equal(await way(page, 'follow').getByRole('button').count(), 0);
  await place(page, 'history');
  await panel(page).getByText('هر روز سر بزن').waitFor();
  await page.context().close();
});

test('the profile is told by its form, pays once, and refuses half a birthday', async () => {
  const page = await visit('elham');
  await openPanel(page);
  await place(page, 'earn');
  await panel(page).locator('[data-profile]').click();
  const form = panel(page).locator('form');
  await form.locator('[name=first_name]').fill('الهام');
  await form.locator('[name=day]').selectOption('9');
  await form.locator('[type=submit]').click();
  await panel(page).locator('.strip.bad').waitFor();
  await form.locator('[name=month]').selectOption('7');
  assert.equal(await form.locator('[name=month] option:checked').innerText(), 'مهر');
  await form.locator('[name=first_name]').press('Enter');
  await form.waitFor({ state: 'detached' });
  const { body } = await stage.asMember('elham', 'GET', '/v1/me');
  assert.deepEqual(body.facts.birthday, { month: 7, day: 9 });
  assert.equal(body.facts.earned.filter((entry) => entry.rule === 'profile').length, 1);
  await eventually(() => panel(page).innerText(), (words) => words.includes('۹ مهر'), 'the birthday');
  await page.context().close();
});

test('history shows what came, what left, or both', async () => {
  const page = await visit('parsa');
  await openPanel(page);
  await place(page, 'history');
  const rows = panel(page).locator('.item.line');
  const signs = () => rows.locator('.amount').allInnerTexts();
  const pressed = (n) => panel(page).locator('.filter .btn').nth(n);
  await rows.first().waitFor();
  await pressed(1).click();
  await eventually(signs, (all) => all.length > 0 && all.every((words) => words.startsWith('+')), 'what came');
  await pressed(2).click();
  await eventually(signs, (all) => all.every((words) => words.startsWith('−')), 'what left');
  assert.equal(await pressed(2).getAttribute('aria-pressed'), 'true');
  await pressed(0).click();
  await page.context().close();
});

test('all tiers, reached from home and left again by the keyboard', async () => {
  const page = await visit('elham');
  await openPanel(page);
  await panel(page).locator('.tier .btn').press('Enter');
  await panel(page).locator('.level').nth(3).waitFor();
  assert.equal(await panel(page).locator('.level.mine').count(), 1);
  await panel(page).locator('.top .btn').press('Enter');
  await panel(page).locator('.balance').waitFor();
  await page.context().close();
});
