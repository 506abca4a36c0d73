import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import { keepForOffline } from './offline/keep-for-offline.js';
import './style.css';

const theme: Theme = {
  extends: DefaultTheme,
  enhanceApp: () => {
    if (!import.meta.env.SSR) window.addEventListener('load', () => void keepForOffline());
  },
};

// eslint-disable-next-line no-restricted-syntax -- VitePress reads the default export
export default theme;
