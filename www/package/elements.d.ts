/** Attributes of the elements, for whatever draws them. */

import type { View } from '../vafa.d.ts';

export interface WidgetAttributes {
  /** The place that an inline panel shows first. */
  view?: View;
}

/** Element to its attributes. */
export interface Elements {
  'vafa-widget': WidgetAttributes;
  'vafa-points': {};
  'vafa-tier': {};
}
