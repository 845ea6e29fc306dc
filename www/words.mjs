/**
 * Which part of the engine a sentence comes with. A key belongs to the longest name below that it is, or that it goes
 * on from after a dot; one of no name belongs to the panel. `test/words.test.ts` holds this against the sources.
 */
export const WORDS_OF = {
  /** With the engine itself: the frame of the panel, and surveys. */
  '': [
    'lang', 'intl', 'dir', 'launcher', 'panel', 'loading', 'close', 'retry', 'all', 'points', 'money', 'hello', 'nav', 'error', 'offline',
    'doing', 'survey', 'refer.title', 'care.new', 'care.bridge',
  ],
  panel: [
    'nav.offers.sub', 'nav.membership.sub', 'nav.partners.sub', 'nav.complaints.sub', 'nav.help',
    'rewards.title', 'reward.from', 'reward.free',
  ],
  club: [
    'partner', 'plan', 'rewards', 'reward', 'reason', 'codes', 'code', 'apply', 'applied', 'not_applied', 'cancel', 'redeem', 'confirm', 'yes',
  ],
  gifts: ['offer'],
  guest: ['guest', 'invited', 'join', 'login', 'digits'],
  earn: [
    'profile', 'refer', 'share', 'friend', 'earn.title', 'earn.cashback', 'earn.refer', 'earn.cap', 'earn.times', 'earn.again',
    'earn.done', 'earn.tomorrow', 'earn.claim', 'earn.got', 'tier.from',
    'tier.mine', 'tier.back',
  ],
  care: ['care', 'history', 'entry'],
};

/** What several parts say, and not the panel's: each has it. */
const SEVERAL = {
  refused: ['club', 'earn', 'guest'],
  'reason.tier_too_low': ['club', 'gifts'],
  'earn.purchase': ['earn', 'guest'],
  'earn.join': ['earn', 'care'],
  'earn.first_purchase': ['earn', 'care'],
  'earn.survey': ['earn', 'care'],
  'earn.activity': ['earn', 'care'],
  'earn.birthday': ['earn', 'care'],
  'earn.profile': ['earn', 'care'],
  'earn.review': ['earn', 'care'],
  'earn.visit': ['earn', 'care'],
  'earn.follow': ['earn', 'care'],
};

const names = Object.entries(WORDS_OF).flatMap(([part, names]) => names.map((name) => [name, part]));

/** The part that a key comes with; '' is the engine itself. */
export const partOf = (key) => {
  const [, part] = names.reduce((best, one) => {
    const [name] = one;
    return (key == name || key.startsWith(name + '.')) && name.length > best[0].length ? one : best;
  }, ['', 'panel']);
  return part;
};

/** The parts that a key comes with. */
export const partsOf = (key) =>
  Object.entries(SEVERAL).find(([name]) => key == name || key.startsWith(name + '.'))?.[1] ?? [partOf(key)];

/** A locale in shares, by part. */
export const shares = (json) => {
  const found = {};
  for (const [key, sentence] of Object.entries(json)) {
    for (const part of partsOf(key)) (found[part] ??= {})[key] = sentence;
  }
  return found;
};
