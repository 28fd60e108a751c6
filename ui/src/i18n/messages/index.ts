import { access } from './access';
import { billing } from './billing';
import { company } from './company';
import { connections } from './connections';
import { crm } from './crm';
import { identity } from './identity';
import { imports } from './import';
import { mail } from './mail';
import { life } from './life';
import { options } from './options';
import { organization } from './organization';
import { policies } from './policies';
import { properties } from './properties';
import { roles } from './roles';
import { settings } from './settings';
import { shell } from './shell';
import { signOn } from './sign-on';

export const messages = { ...shell, ...billing, ...mail, ...access, ...company, ...crm, ...identity, ...imports, ...settings, ...organization, ...policies, ...life, ...connections, ...properties, ...options, ...roles, ...signOn } as const;
