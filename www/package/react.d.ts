/**
 * The elements in JSX, for React 19: `/// <reference types="vafa/react" />` in one file of the app, or `"types":
 * ["vafa/react"]` in its tsconfig.
 */
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { Elements } from './elements.d.ts';

type Drawn = { [Name in keyof Elements]: DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement> & Elements[Name] };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements extends Drawn {}
  }
}
