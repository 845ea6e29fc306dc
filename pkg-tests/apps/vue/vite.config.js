import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

// Vue wants to be told which tags are not its own.
export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('vafa-') } } })],
});
