import { crm } from './crm';
import { imports } from './import';
import { organization } from './organization';
import { properties } from './properties';
import { settings } from './settings';
import { shell } from './shell';

export const messages = { ...shell, ...crm, ...imports, ...settings, ...organization, ...properties } as const;
