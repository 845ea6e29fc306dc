/** Attributes of the elements, for whatever draws them. */

import type { View } from '../vafa.d.ts';

export interface WidgetAttributes {
  /** The place that an inline panel shows first. */
  view?: View;
}

export interface EarnAttributes {
  /** What it costs, in the currency's minor unit; without it, the basket that the page has told of. */
  amount?: number | string;
  /** The shop's product id. */
  sku?: string;
  /** The shop's category. */
  category?: string;
}

/** Element to its attributes. */
export interface Elements {
  'vafa-widget': WidgetAttributes;
  'vafa-points': {};
  'vafa-tier': {};
  'vafa-earn': EarnAttributes;
}
