import '@mantine/core/styles.layer.css';
import '@mantine/dates/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@xyflow/react/dist/base.css';
import './theme/global.css';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { speak } from './i18n';
import { doorstepLanguage } from './i18n/choice';
import { speakOfFields } from './lib/validity';
import { preload } from './pages';

// Fetched beside the session and the messages, not after them.
preload(location.pathname);
await speak(doorstepLanguage());
speakOfFields();
createRoot(document.getElementById('root')!).render(<App />);
