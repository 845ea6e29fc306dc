/**
 * The elements in templates of Vue 3: `/// <reference types="vafa/vue" />` in one file of the app, or `"types":
 * ["vafa/vue"]` in its tsconfig. Vue's compiler wants to be told which tags are not its own:
 * `vue({ template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('vafa-') } } })`.
 */
import type { DefineComponent, HTMLAttributes } from 'vue';
import type { Elements } from './elements.d.ts';

type Drawn = { [Name in keyof Elements]: DefineComponent<HTMLAttributes & Elements[Name]> };

declare module 'vue' {
  interface GlobalComponents extends Drawn {}
}
