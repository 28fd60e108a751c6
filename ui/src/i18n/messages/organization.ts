import type { Row } from '../index';

export const organization = {
  'organization.title': ['Organization', 'Organizzazione', 'Organisation', 'Organisatie'],
} as const satisfies Record<string, Row>;
