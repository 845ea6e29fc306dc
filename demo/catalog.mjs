// What the shop sells. Read by the shop's pages and by its server, so that both know one price.
// Money is in Rial, the minor unit of IRR; shoppers read Toman (Rial ÷ 10).

/** Orders from this sum on are sent free of charge. */
export const FREE_SHIPPING_FROM = 12_000_000;

/** What sending costs below it. */
export const SHIPPING_FEE = 450_000;

/** Most pieces of one product in an order. */
export const QUANTITY_MAX = 20;

/** Shelves, in the order in which the shop shows them. */
export const CATEGORIES = ['tea', 'herbal', 'ware', 'sweet'];

/** Products, in the order in which the shop shows them. The slug is the SKU. */
export const PRODUCTS = [
  {
    slug: 'lahijan-qalam', category: 'tea', price: 2_850_000, drawing: 'tin-amber', mark: 'popular',
    name: { fa: 'چای قلم ممتاز لاهیجان', en: 'Lahijan Whole-Leaf Black' },
    size: { fa: 'قوطی ۲۵۰ گرمی', en: '250 g tin' },
    line: { fa: 'خوش‌رنگ و ملس، برای هر روز', en: 'Bright and mellow, for every day' },
    about: {
      fa: 'برگ‌های قلمی و یک‌دست از باغ‌های دامنهٔ لاهیجان، چیدهٔ اردیبهشت. نه اسانس دارد و نه رنگ؛ فقط بیست دقیقه حوصله می‌خواهد تا خودش را نشان بدهد.',
      en: 'Even, needle-shaped leaves from the slopes above Lahijan, picked in May. No flavouring, no colour; just give it time and it speaks for itself.',
    },
    brew: { fa: 'یک قاشق غذاخوری برای هر سه استکان، ۱۵ دقیقه روی بخار کتری.', en: 'One tablespoon for three glasses, fifteen minutes over a steaming kettle.' },
  },
  {
    slug: 'first-flush', category: 'tea', price: 4_200_000, drawing: 'tin-leaf', mark: 'new',
    name: { fa: 'چای سرگل بهاره', en: 'Spring First Flush' },
    size: { fa: 'قوطی ۱۰۰ گرمی', en: '100 g tin' },
    line: { fa: 'چین اول فروردین، عطر گل و عسل', en: 'The first April picking, flowers and honey' },
    about: {
      fa: 'فقط دو برگ و یک غنچه از اولین چین سال. هر بهار چند صد قوطی بیشتر نمی‌شود و تا تابستان تمام است.',
      en: 'Only two leaves and a bud from the first picking of the year. A few hundred tins each spring, gone by summer.',
    },
    brew: { fa: 'آب ۸۵ درجه، ۴ دقیقه؛ همان برگ را دو بار دیگر هم دم کن.', en: 'Water at 85 °C, four minutes; the same leaves give two more cups.' },
  },
  {
    slug: 'bergamot', category: 'tea', price: 2_450_000, drawing: 'tin-violet',
    name: { fa: 'چای عطری برگاموت', en: 'Bergamot Black Tea' },
    size: { fa: 'قوطی ۲۵۰ گرمی', en: '250 g tin' },
    line: { fa: 'با پوست برگاموت واقعی، نه اسانس', en: 'Real bergamot peel, no flavouring' },
    about: {
      fa: 'چای شکستهٔ شمال با پوست خشک برگاموت جنوب. عطرش سبک است و ته گلو را نمی‌زند؛ با نبات بهتر هم می‌شود.',
      en: 'Broken-leaf northern tea with dried bergamot peel from the south. A light scent that never bites; even better with rock candy.',
    },
    brew: { fa: 'آب جوش، ۸ تا ۱۰ دقیقه.', en: 'Boiling water, eight to ten minutes.' },
  },
  {
    slug: 'green-ramsar', category: 'tea', price: 2_100_000, drawing: 'tin-green',
    name: { fa: 'چای سبز رامسر', en: 'Ramsar Green Tea' },
    size: { fa: 'قوطی ۱۵۰ گرمی', en: '150 g tin' },
    line: { fa: 'بخارداده، تازه و بدون تلخی', en: 'Steamed, fresh, never bitter' },
    about: {
      fa: 'برگ تازه همان روز بخار داده و خشک می‌شود تا سبز بماند. برای عصرهایی که می‌خواهی سبک باشی.',
      en: 'Steamed and dried on the day it is picked, so it stays green. For afternoons when you want something light.',
    },
    brew: { fa: 'آب ۷۵ درجه، فقط ۲ دقیقه.', en: 'Water at 75 °C, two minutes and no more.' },
  },
  {
    slug: 'borage-lime', category: 'herbal', price: 1_780_000, drawing: 'pouch-borage',
    name: { fa: 'دمنوش گل‌گاوزبان و لیموعمانی', en: 'Borage & Dried Lime Infusion' },
    size: { fa: 'بستهٔ ۸۰ گرمی', en: '80 g pouch' },
    line: { fa: 'همان دوای مادربزرگ، برای شب', en: 'Grandmother’s remedy, for the evening' },
    about: {
      fa: 'گل‌گاوزبان کوه‌های رودبار، لیموعمانی نیم‌کوب و کمی سنبل‌الطیب. بنفش دم می‌کشد و با یک قطره لیمو صورتی می‌شود.',
      en: 'Borage from the Rudbar hills, cracked dried lime and a little valerian. It brews violet and turns pink with a drop of lemon.',
    },
    brew: { fa: 'آب جوش، ۱۰ دقیقه، دربسته.', en: 'Boiling water, ten minutes, covered.' },
  },
  {
    slug: 'quince-cinnamon', category: 'herbal', price: 1_560_000, drawing: 'pouch-quince',
    name: { fa: 'دمنوش به و دارچین', en: 'Quince & Cinnamon Infusion' },
    size: { fa: 'بستهٔ ۱۰۰ گرمی', en: '100 g pouch' },
    line: { fa: 'گرم و شیرین، بدون یک ذره قند', en: 'Warm and sweet without a grain of sugar' },
    about: {
      fa: 'ورقهٔ بهِ اصفهان که آرام خشک شده، با چوب دارچین و چند پر سیب. پاییز را در لیوان می‌ریزد.',
      en: 'Slow-dried slices of Isfahan quince with cinnamon bark and a little apple. Autumn in a glass.',
    },
    brew: { fa: 'آب جوش، ۱۲ دقیقه روی شعلهٔ ملایم.', en: 'Boiling water, twelve minutes on a low flame.' },
  },
  {
    slug: 'teapot-ceramic', category: 'ware', price: 6_400_000, drawing: 'teapot',
    name: { fa: 'قوری سرامیکی فیروزه‌ای', en: 'Turquoise Ceramic Teapot' },
    size: { fa: '۸۰۰ میلی‌لیتر', en: '800 ml' },
    line: { fa: 'دست‌ساز کارگاه لالجین', en: 'Handmade in Lalejin' },
    about: {
      fa: 'لعاب فیروزه‌ای لالجین روی خاک سرخ، با صافی سرِخود. هر کدام کمی با دیگری فرق دارد و همین قشنگش کرده.',
      en: 'Lalejin turquoise glaze over red clay, with a strainer built in. No two are quite alike, which is the point.',
    },
    brew: { fa: 'با دست بشور؛ روی شعلهٔ مستقیم نگذار.', en: 'Wash by hand; keep off a direct flame.' },
  },
  {
    slug: 'glasses-kamarbarik', category: 'ware', price: 5_400_000, drawing: 'glasses',
    name: { fa: 'استکان کمرباریک', en: 'Waisted Tea Glasses' },
    size: { fa: 'شش‌تایی، با نعلبکی', en: 'Set of six, with saucers' },
    line: { fa: 'چای را باید دید، بعد خورد', en: 'Tea should be seen, then sipped' },
    about: {
      fa: 'شیشهٔ نازک دمیده با کمر باریک که عطر را نگه می‌دارد و لب را نمی‌سوزاند. با نعلبکی‌های لبه‌طلایی.',
      en: 'Thin blown glass whose waist keeps the scent in and spares your lips. With gold-rimmed saucers.',
    },
    brew: { fa: 'اول کمی آب ولرم، بعد چای داغ.', en: 'Rinse with warm water before you pour.' },
  },
  {
    slug: 'samovar-brass', category: 'ware', price: 48_500_000, drawing: 'samovar',
    name: { fa: 'سماور برنجی بروجرد', en: 'Borujerd Brass Samovar' },
    size: { fa: '۴ لیتر، برقی', en: '4 litres, electric' },
    line: { fa: 'چکش‌کاری دست، با قل‌قل آرام', en: 'Hand-hammered, with a quiet murmur' },
    about: {
      fa: 'ورشوسازهای بروجرد هنوز سماور را با دست چکش می‌زنند. بدنه برنج، شیر تمام‌مس، المنت بی‌صدا.',
      en: 'Borujerd’s smiths still hammer samovars by hand. Brass body, solid copper tap, a silent element.',
    },
    brew: { fa: 'ماهی یک بار با سرکه جرم‌گیری کن.', en: 'Descale with vinegar once a month.' },
  },
  {
    slug: 'nabat-saffron', category: 'sweet', price: 1_650_000, drawing: 'nabat',
    name: { fa: 'نبات زعفرانی شاخه‌ای', en: 'Saffron Rock Candy' },
    size: { fa: 'ده شاخه', en: 'Ten sticks' },
    line: { fa: 'با زعفران قائنات', en: 'With saffron from Qaenat' },
    about: {
      fa: 'بلور درشت دور چوب، با رشته‌های واقعی زعفران. یک شاخه را در چای بچرخان و تمام.',
      en: 'Large crystals on a stick, with real threads of saffron. Twirl one in your tea and you are done.',
    },
    brew: { fa: 'دور از رطوبت، تا یک سال.', en: 'Keep dry; good for a year.' },
  },
  {
    slug: 'gaz-isfahan', category: 'sweet', price: 3_900_000, drawing: 'gaz',
    name: { fa: 'گز آردی اصفهان', en: 'Isfahan Nougat (Gaz)' },
    size: { fa: '۴۵۰ گرم، ۴۰٪ پسته', en: '450 g, 40% pistachio' },
    line: { fa: 'نرم، پرمغز، کم‌شیرین', en: 'Soft, full of nuts, not too sweet' },
    about: {
      fa: 'گز سنتی با انگبین و سفیدهٔ تخم‌مرغ، غلتیده در آرد. آن‌قدر پسته دارد که سبز دیده می‌شود.',
      en: 'Traditional gaz of manna and egg white, dusted with flour. So many pistachios that it looks green.',
    },
    brew: { fa: 'جای خنک نگه دار تا نرم بماند.', en: 'Keep cool so that it stays soft.' },
  },
  {
    slug: 'kolucheh-fuman', category: 'sweet', price: 1_850_000, drawing: 'kolucheh', mark: 'popular',
    name: { fa: 'کلوچهٔ فومن', en: 'Fuman Walnut Cookies' },
    size: { fa: 'جعبهٔ ده‌تایی', en: 'Box of ten' },
    line: { fa: 'با مغز گردو و دارچین، پخت همان روز', en: 'Walnut and cinnamon, baked the same day' },
    about: {
      fa: 'خمیر نازک، نقشِ مُهر چوبی و مغز گردوی شیرین. صبح در فومن از تنور درمی‌آید و همان روز راه می‌افتد.',
      en: 'Thin dough stamped with a wooden seal around sweet walnut. Out of the oven in Fuman in the morning, on its way the same day.',
    },
    brew: { fa: 'دو دقیقه گرمش کن، بعد با چای تلخ بخور.', en: 'Warm for two minutes, then eat with strong tea.' },
  },
];

const bySlug = new Map(PRODUCTS.map((product) => [product.slug, product]));

/** The product with this slug, or undefined. */
export const product = (slug) => bySlug.get(slug);

/** Sum of the lines `{slug, quantity}` at today's prices; unknown products count nothing. */
export function itemsTotal(lines) {
  return lines.reduce((sum, line) => sum + (bySlug.get(line.slug)?.price ?? 0) * line.quantity, 0);
}

/**
 * What an order costs: lines, sending, and what a club coupon takes off.
 * A coupon is `{kind, minimum_order}` as the club tells it; `kind` is the reward's.
 * A gift is the slug of a product that the coupon adds for nothing.
 */
export function price(lines, coupon) {
  const items = itemsTotal(lines);
  const fee = items === 0 || items >= FREE_SHIPPING_FROM ? 0 : SHIPPING_FEE;
  const missing = coupon ? Math.max(0, (coupon.minimum_order ?? 0) - items) : 0;
  let discount = 0;
  let shipping = fee;
  let gift = null;
  if (coupon && missing === 0 && items > 0) {
    const kind = coupon.kind;
    if (kind === 'free_shipping') shipping = 0;
    else if (kind.amount_off !== undefined) discount = Math.min(kind.amount_off, items);
    else if (kind.percent_off) {
      const part = Math.floor((items * kind.percent_off.rate) / 10_000);
      discount = Math.min(part, kind.percent_off.ceiling ?? part);
    } else if (kind.free_product !== undefined) gift = kind.free_product;
  }
  return { items, discount, fee, shipping, gift, missing, total: items - discount + shipping };
}
