import { createApp } from 'vue';
import App from './App.vue';

const app = createApp(App, { leave: () => app.unmount() });
app.mount('#app');
