import '@mantine/core/styles.layer.css';
import '@mantine/dates/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@xyflow/react/dist/base.css';
import './theme/global.css';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { firstLanguage, startI18n } from './i18n';

startI18n(firstLanguage());
createRoot(document.getElementById('root')!).render(<App />);
