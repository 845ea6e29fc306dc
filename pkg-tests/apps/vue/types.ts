/// <reference types="vafa/vue" />
import type { GlobalComponents } from 'vue';
import { vafa, type View } from 'vafa';

/** What a template may give to the element. */
export const props: InstanceType<GlobalComponents['vafa-widget']>['$props'] = { view: 'rewards' satisfies View, class: 'club' };
export const off: () => void = vafa.on('redeemed', ({ code, points }) => `${code.toUpperCase()} ${points.toFixed()}`);
