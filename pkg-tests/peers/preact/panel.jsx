// The yardstick's panel: the content of the real home, without the rules behind it. Balance and steps are plain sums,
// there is no cache, no offline state, no identity change and no second language.
import { h, render } from 'preact';
import { useState } from 'preact/hooks';
import { dress, number, text, toman } from './look.js';

const PLACES = [['home', 'خانه'], ['earn', 'امتیاز بگیر'], ['rewards', 'پاداش'], ['refer', 'معرفی'], ['history', 'تاریخچه']];
const ICONS = {
  home: 'M4 11l8-7 8 7v9h-5v-5H9v5H4z',
  earn: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 8v8M8 12h8',
  rewards: 'M4 11h16v9H4zM3 7h18v4H3zM12 7v13M12 7c-2-5-7-4-5 0M12 7c2-5 7-4 5 0',
  refer: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-4 2.5-6 6-6s6 2 6 6M16 5a3 3 0 0 1 0 6M17.5 14.5c2.3.8 3.5 2.6 3.5 5.5',
  history: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2',
};
const Icon = ({ of }) => <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d={ICONS[of]} /></svg>;

const date = new Intl.DateTimeFormat('fa-IR-u-ca-persian', { day: 'numeric', month: 'long', timeZone: 'Asia/Tehran' });
const sum = (values) => values.reduce((all, one) => all + one, 0);

const Row = ({ title, sub, action }) => (
  <div class="item">
    <div class="row">
      <span class="tile"><Icon of="rewards" /></span>
      <div class="grow"><div class="title">{title}</div><div class="sub">{sub}</div></div>
      {action && <button class="btn plain" type="button">{action}</button>}
    </div>
  </div>
);

const rewardRow = (points) => (reward) => (
  <Row title={text(reward.title)} sub={`${number(reward.cost)} امتیاز، ${text(reward.terms)}`} action={reward.cost <= points && 'بگیر'} />
);

const Tier = ({ program, me }) => {
  const { levels } = program.tiers;
  const year = new Date(me.as_of).getFullYear();
  const spent = sum(me.facts.purchases.filter((one) => new Date(one.paid_at).getFullYear() === year).map((one) => one.spend));
  const next = levels.find((level) => level.enter > spent);
  const now = levels.filter((level) => level.enter <= spent).pop();
  const done = next ? Math.floor((spent * 100) / next.enter) : 100;
  return (
    <section class="card tier" aria-label={`سطح ${text(now.name)}`}>
      <div class="heading"><h3>سطح {text(now.name)}</h3><span class="sub">بعدی: {text(next?.name)}</span></div>
      <div class="progress" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow={done}>
        <div class="track" ref={(track) => track?.style.setProperty('--at', `${done}%`)} />
      </div>
      {next && <p><strong>{toman(next.enter - spent)} خرید</strong> تا {text(next.name)}</p>}
      <p class="sub">{text(next?.perks[0].text)}</p>
    </section>
  );
};

const Home = ({ program, me, points, go }) => {
  const soon = me.facts.lots.filter((lot) => new Date(lot.expires_at) - new Date(me.as_of) < 30 * 86_400_000);
  const best = program.rewards.filter((one) => one.cost <= points).pop();
  return (
    <div class="page">
      <div class="hero">
        <p class="balance"><strong>{number(points)}</strong> <span>امتیاز</span></p>
        <p class="worth"><span class="sub">معادل</span><strong>{toman(points * program.point_value.money)}</strong></p>
      </div>
      {soon.length > 0 && (
        <ul class="chips"><li class="chip amber">{number(sum(soon.map((lot) => lot.remaining)))} امتیاز تا {date.format(new Date(soon[0].expires_at))} می‌سوزد</li></ul>
      )}
      <Tier program={program} me={me} />
      {best && (
        <section class="card next">
          <div class="grow"><h3>«{text(best.title)}» آماده است</h3><p class="sub">{number(best.cost)} امتیاز</p></div>
          <button class="btn main" type="button">بگیر</button>
        </section>
      )}
      <div class="heading"><h3>پاداش‌ها</h3><button class="btn quiet" type="button" onClick={() => go('rewards')}>همه</button></div>
      <div class="card list">{program.rewards.slice(0, 3).map(rewardRow(points))}</div>
    </div>
  );
};

const ROOMS = {
  home: Home,
  earn: ({ program }) => <div class="page"><div class="card list">{program.earning.activities.map((one) => <Row title={text(one.title)} sub={`${number(one.points)} امتیاز`} />)}</div></div>,
  rewards: ({ program, points }) => <div class="page"><div class="card list">{program.rewards.map(rewardRow(points))}</div></div>,
  refer: ({ me }) => <div class="page"><p class="code">{me.referral.code}</p></div>,
  history: ({ me }) => <div class="page"><div class="card list">{me.entries.map((one) => <Row title={number(one.points)} sub={date.format(new Date(one.at))} />)}</div></div>,
};

const Panel = ({ view, me, close }) => {
  const [place, go] = useState('home');
  const Room = ROOMS[place];
  const points = sum(me.facts.lots.map((lot) => lot.remaining)) - me.facts.held - me.facts.debt;
  return (
    <div class="vafa" lang="fa" dir="rtl">
      <section class="panel" part="panel" role="dialog" aria-label="باشگاه مشتریان" tabindex="-1">
        <header>
          <span class="avatar" aria-hidden="true">{me.first_name[0]}</span>
          <div class="grow"><h2>سلام {me.first_name}، خوش برگشتی</h2><p>{text(view.program.name)}</p></div>
          <button class="btn square" type="button" aria-label="بستن" onClick={close}>×</button>
        </header>
        <div class="body" tabindex="0"><Room program={view.program} me={me} points={points} go={go} /></div>
        <div class="bar" role="tablist">
          {PLACES.map(([name, label]) => (
            <button class="tab" type="button" role="tab" data-view={name} aria-selected={place === name} tabindex={place === name ? 0 : -1} onClick={() => go(name)}>
              <Icon of={name} /><span>{label}</span>
            </button>
          ))}
        </div>
      </section>
    </div>
  );
};

let open = false;
export const toggle = async (room, button, answers) => {
  open = !open;
  button.setAttribute('aria-expanded', `${open}`);
  if (!open) return render(null, room);
  dress(room);
  const [view, me] = await answers;
  render(<Panel view={view} me={me} close={() => toggle(room, button, answers)} />, room);
};
