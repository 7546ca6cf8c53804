import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

/** Libraries that change rarely get files of their own, so that a release of ours keeps them cached. */
const libraryChunks = [
  { name: 'vue', priority: 4, test: /node_modules[\\/](@vue|vue|vue-router|@vueuse)[\\/]/ },
  { name: 'zrender', priority: 3, test: /node_modules[\\/]zrender[\\/]/ },
  {
    name: 'echarts-core',
    priority: 2,
    test: /node_modules[\\/]echarts[\\/]lib[\\/](core|model|util)[\\/]/,
  },
  { name: 'echarts-charts', priority: 1, test: /node_modules[\\/](echarts|vue-echarts)[\\/]/ },
  {
    name: 'naive-table',
    priority: 1,
    test: /node_modules[\\/]naive-ui[\\/]es[\\/]data-table[\\/]/,
  },
];

export default defineConfig({
  root: import.meta.dirname,
  plugins: [vue()],
  build: {
    target: 'es2022',
    rolldownOptions: { output: { codeSplitting: { groups: libraryChunks } } },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
});
