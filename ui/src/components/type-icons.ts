import { IconAddressBook, IconBuildingSkyscraper, IconChecklist, IconCoins, IconLifebuoy } from '@tabler/icons-react';

export const TYPE_ICONS = { contacts: IconAddressBook, companies: IconBuildingSkyscraper, deals: IconCoins, tickets: IconLifebuoy, tasks: IconChecklist } as const;
