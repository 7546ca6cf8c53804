import { createApp } from 'vue';
import App from './App.vue';
import { createAppRouter } from './router.ts';
import './style.css';

// A newer build has other file names: a tab that still runs the older one starts anew.
window.addEventListener('vite:preloadError', () => location.reload());

const router = createAppRouter();
const app = createApp(App).use(router);
// Mounted when the address is resolved, so that the live stream is opened once, for the right page.
await router.isReady();
app.mount('#app');
