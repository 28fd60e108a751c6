import { crm } from './crm';
import { organization } from './organization';
import { properties } from './properties';
import { settings } from './settings';
import { shell } from './shell';

export const messages = { ...shell, ...crm, ...settings, ...organization, ...properties } as const;
