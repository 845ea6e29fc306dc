/// <reference types="vafa/react" />
import { useEffect, useState, useSyncExternalStore } from 'react';
import { load, vafa, type Events, type View } from 'vafa';

/** A router of ten lines: where the page is, and links that change it without a reload. */
const hear = (changed: () => void) => {
  addEventListener('popstate', changed);
  return () => removeEventListener('popstate', changed);
};
const usePath = () => useSyncExternalStore(hear, () => location.pathname);
const go = (path: string) => {
  history.pushState(null, '', path);
  dispatchEvent(new PopStateEvent('popstate'));
};
const Link = ({ to, children }: { to: string; children: string }) => (
  <a
    href={to}
    onClick={(event) => {
      event.preventDefault();
      go(to);
    }}
  >
    {children}
  </a>
);

/** The club: the script once, the shopper's token whenever it is wanted. */
const useClub = () => {
  useEffect(() => {
    const { dataset } = document.documentElement;
    dataset.effects = `${Number(dataset.effects ?? 0) + 1}`;
    load({
      api: import.meta.env.VITE_CLUB,
      program: 'demo',
      key: import.meta.env.VITE_CLUB_KEY,
      hideOn: ['/checkout*'],
    });
    vafa.identify(() => fetch('/club-token').then((answer) => (answer.ok ? answer.text() : null)));
  }, []);
};

/** Hears the club for as long as it is on the page. */
const Opened = () => {
  const [places, setPlaces] = useState<View[]>([]);
  useEffect(() => vafa.on('opened', (place) => setPlaces((all) => [...all, place])), []);
  return <output id="opened">{places.join(' ')}</output>;
};

const Club = ({ view }: { view: View }) => <vafa-widget view={view} className="club" />;

/** What the types have to know, and to refuse. */
export const told = (coupon: Events['redeemed']): string => coupon.code.toUpperCase();
// @ts-expect-error: a place is a text
export const wrong = () => <vafa-widget view={5} />;

export const App = ({ leave }: { leave: () => void }) => {
  useClub();
  const path = usePath();
  return (
    <>
      <nav>
        <Link to="/">خانه</Link> <Link to="/club">باشگاه من</Link> <Link to="/checkout/pay">پرداخت</Link>
        <button id="leave" onClick={leave}>بستن</button>
      </nav>
      {path === '/club' ? <Club view="rewards" /> : <p>فروشگاه</p>}
      {path === '/' && <Opened />}
    </>
  );
};
