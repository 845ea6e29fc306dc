// A club that has some of everything, so that every place of the panel has something to show in each of its states.

export const HOUR = 3_600_000;
const iso = (ms) => new Date(Date.now() + ms).toISOString();
export const words = (fa, en) => ({ fa, en });

export const offer = (id, fa, en, benefit, more = {}) => ({ id, title: words(fa, en), trigger: 'schedule', starts_at: iso(-48 * HOUR), benefit, ...more });
export const offers = [
  offer('off_points', 'چای مهمان ما', 'Tea is on us', { points: 70 }, {
    priority: 9, ends_at: iso(26.5 * HOUR), messages: { open: words('برای تو که زود آمدی', 'For you who came early'), taken: words('نوش جان', 'Enjoy it') },
  }),
  offer('off_reward', 'ارسالش با ما', 'Shipping is on us', { reward: 'rwd_shipping' }, { priority: 8, ends_at: iso(121 * HOUR) }),
  offer('off_double', 'خرید دوبرابر', 'A double order', { multiplier: 20_000 }, { priority: 6 }),
  offer('off_later', 'هدیهٔ ماه بعد', 'Next month’s gift', { points: 10 }, { starts_at: iso(30 * 24 * HOUR) }),
  offer('off_platinum', 'هدیهٔ پلاتینی‌ها', 'For Platinum', { points: 10 }, { audience: { tiers: ['platinum'] } }),
  offer('off_gone', 'هدیه‌ای که تمام شد', 'A gift that is gone', { points: 10 }, { stock: 0 }),
  offer('off_hundredth', 'صدمین خرید', 'The hundredth order', { points: 500 }, { trigger: { milestone_orders: 100 } }),
];

const memberships = [
  { id: 'monthly', name: words('بهارِ ماهانه', 'Bahar monthly'), price: 990_000, months: 1, perks: ['free_shipping'], buy: '/club?plan=monthly', notice_days: 5 },
  {
    id: 'yearly', name: words('بهارِ سالانه', 'Bahar yearly'), price: 9_900_000, months: 12, multiplier: 15_000, buy: 'https://shop.example/plans',
    perks: ['free_shipping', 'support_line', { text: words('یک چای تازه هر فصل', 'a fresh tea each season') }],
  },
];
const partners = [
  { id: 'gallery', name: words('گالری سفال ماه', 'Mah Pottery'), link: 'https://gallery.example/' },
  { id: 'books', name: words('کتاب‌فروشی دماوند', 'Damavand Books') },
];

const rewards = [
  { id: 'rwd_gallery', title: words('۲۰٪ تخفیف سفال', '20% off pottery'), kind: { partner_coupon: { partner: 'gallery', codes: 'shared' } }, cost: 0, coupon_days: 30 },
  { id: 'rwd_wallet', title: words('اعتبار خرید', 'Shopping credit'), terms: {}, kind: { wallet_credit: 100_000 }, cost: 100, units: { min: 1, max: 9 }, coupon_days: 30 },
  { id: 'rwd_draw', title: words('بلیت قرعه‌کشی یلدا', 'Ticket for the Yalda draw'), kind: { lottery_ticket: 'yalda' }, cost: 50, coupon_days: 30 },
  { id: 'rwd_tasting', title: words('یک عصر چای‌نوشی', 'An evening of tasting'), kind: { vip_service: 'tasting' }, cost: 100, per_member: 1, period: 'year', coupon_days: 30 },
  { id: 'rwd_news', title: words('هدیهٔ خبرخوان‌ها', 'A gift for readers'), kind: 'free_shipping', cost: 10, consent: 'news', coupon_days: 30 },
];

const activities = [
  { id: 'visit', kind: 'daily_visit', points: 5, caps: [{ per: 'week', times: 3 }] },
  { id: 'follow', kind: { social_follow: 'instagram' }, points: 30 },
  { id: 'review', kind: 'review', points: 50 },
  { id: 'profile', kind: 'profile', points: 60 },
];

/** Surveys of each kind, each asked when the page says so. */
export const KINDS = ['csat', 'nps', 'ces', 'cli'];
const surveys = KINDS.map((kind) => ({ id: `srv_${kind}`, kind, trigger: 'manual', scope: 'once', global_wait_days: 0 }));

/** The look that the club wears: `VAFA_LOOK=soft` has it in another one. */
const look = (demo) => ({ ...demo.look, ...(process.env.VAFA_LOOK && { preset: process.env.VAFA_LOOK }) });

/** Some of everything. */
export const rich = (demo) => ({
  ...demo,
  look: look(demo),
  offers,
  memberships,
  partners,
  surveys: [...demo.surveys, ...surveys],
  rewards: [...demo.rewards, ...rewards],
  earning: { ...demo.earning, purchase: { ...demo.earning.purchase, caps: [{ per: 'month', points: 5_000 }] }, activities: [...demo.earning.activities, ...activities] },
});

/** Credit and tiers, and no points. */
export const pointless = ({ referral: _, point_value: __, ...demo }) => ({
  ...demo,
  look: look(demo),
  earning: { activities: [] },
  cashback: { id: 'back', brackets: [{ from: 0, rate: 500 }] },
  surveys: [],
  rewards: [],
  offers: [],
  memberships: [],
  tiers: { ...demo.tiers, levels: demo.tiers.levels.map((level) => ({ ...level, multiplier: 10_000 })) },
});
