/// <reference types="vite/client" />
interface ImportMetaEnv {
  readonly VITE_CLUB: string;
  readonly VITE_CLUB_KEY: string;
}
