/** The shapes the server speaks. CRM data in HubSpot's wire format; identity, accounts and organizations in our own. */
export type ObjectType = 'contacts' | 'companies' | 'deals' | 'tickets' | 'tasks' | 'notes' | 'calls' | 'emails' | 'meetings';
export type ListType = 'contacts' | 'companies' | 'deals' | 'tickets' | 'tasks';
export type ActivityType = 'notes' | 'calls' | 'emails' | 'meetings' | 'tasks';

export interface Session {
  person: { id: string; email: string; name: string; locale: string | null };
  accounts: AccountSummary[];
  defaultAccountId: string | number | null;
  secondFactor: { totp: boolean; passkeys: number; recoveryCodesLeft: number };
  /** In whose place she works in one account, if she does. */
  loggedInAs?: { accountId: string; person: { id: string; name: string; email: string }; until: string } | null;
  /** A day's notice that two admins take her second factors away. */
  secondFactorReset?: { askedBy: string; askedAt: string; dueAt: string; approved: boolean } | null;
  demo: boolean;
}
export interface AccountSummary {
  id: string | number;
  name: string;
  kind: string;
  role: string;
  seats: string[];
  permissions: string[];
  location: string;
  sensitive: boolean;
  /** By her role here, or by one of the organization's. */
  seesOrganization?: boolean;
  pinned?: boolean;
  /** Whether its sign-in policy lets her in as she is signed in now. */
  entry?: { state: 'open' | 'due' | 'idle' | 'show' | 'set_up'; ways: string[]; at: string | null };
}

export interface HistoryValue { value: string; timestamp: string; sourceType: string; sourceId?: string; sourceLabel?: string; updatedByUserId?: number }
export interface CrmRecord {
  id: string;
  properties: Record<string, string | null>;
  propertiesWithHistory?: Record<string, HistoryValue[]>;
  createdAt: string;
  updatedAt: string;
  archived: boolean;
  archivedAt?: string;
}
export interface Page<T> { results: T[]; total?: number; paging?: { next?: { after: string; link?: string } } }
export interface PropertyOption { label: string; value: string; description?: string; displayOrder?: number; hidden?: boolean }
export type Sensitivity = 'non_sensitive' | 'sensitive' | 'highly_sensitive';
export interface Property {
  name: string;
  label: string;
  type: 'string' | 'number' | 'date' | 'datetime' | 'bool' | 'enumeration' | string;
  fieldType: string;
  groupName: string;
  description?: string;
  options: PropertyOption[];
  hasUniqueValue?: boolean;
  hidden?: boolean;
  hubspotDefined?: boolean;
  dataSensitivity?: Sensitivity;
  calculated?: boolean;
  externalOptions?: boolean;
  referencedObjectType?: string;
  modificationMetadata?: { archivable?: boolean; readOnlyDefinition?: boolean; readOnlyOptions?: boolean; readOnlyValue?: boolean };
}
export interface Stage { id: string; label: string; displayOrder: number; metadata: Record<string, string> }
export interface Pipeline { id: string; label: string; displayOrder: number; stages: Stage[] }
export interface Owner { id: string; email: string | null; firstName?: string; lastName?: string; userId?: number | null; archived?: boolean }

export interface Filter { propertyName: string; operator: Operator; value?: string; highValue?: string; values?: string[] }
export type Operator = 'EQ' | 'NEQ' | 'LT' | 'LTE' | 'GT' | 'GTE' | 'BETWEEN' | 'IN' | 'NOT_IN' | 'HAS_PROPERTY' | 'NOT_HAS_PROPERTY' | 'CONTAINS_TOKEN' | 'NOT_CONTAINS_TOKEN';

export interface AssociationType { category: string; typeId: number; label: string | null }
export interface Association { toObjectId: string | number; associationTypes: AssociationType[] }

export interface TimelineOrigin { accountId: string | number; accountName: string; connectionId: string | number; ambiguous: boolean }
export interface TimelineItem {
  kind: 'activity' | 'deal';
  objectType: string;
  id: string;
  at: string;
  title: string | null;
  body: string | null;
  properties: Record<string, string | null>;
  ownerName: string | null;
  origin: TimelineOrigin | null;
  /** The terms of the connection keep part of it back. */
  withheld?: boolean;
}
export interface TimelineSource { accountId: string | number; accountName: string; state: string; nItems: number; nMatches: number; ambiguous: boolean; reason?: string }
export interface TimelinePage { results: TimelineItem[]; paging?: { next?: { after?: string; before?: string } }; sources?: TimelineSource[]; hindrances?: string[] }
export interface Why { connectionId: string | number; sourceAccount: string | { id: number; name: string }; destinationAccount: string | { id: number; name: string }; openedBy: string | null; openedAt: string | null; purpose: string | null; legalBasis?: string | null; legalBasisText?: string | null; shares: string[] | string; match: string | { kind?: string; value?: string } }

export interface ImportJob {
  id: string | number;
  state: string;
  name?: string;
  fileName?: string;
  objectType?: string;
  total: number | null;
  processed: number;
  created: number;
  updated: number;
  failed: number;
  startedAt: string | null;
  finishedAt: string | null;
  /** Why it stopped before the end of the file. */
  failure?: string | null;
}
export type DateOrder = 'day_month' | 'month_day';
export type NumberFormat = 'decimal_point' | 'decimal_comma';
export interface ImportPreview { columns: string[]; rows: string[][]; delimiter: string; encoding?: string; dateOrder?: DateOrder | null; numberFormat?: NumberFormat | null; repeats?: { id: string; createdAt: string } | null; guess: { column: string; property: string | null }[]; nRows: number }

export interface User { id: string | number; ownerId?: string | number | null; email: string; name: string; role: string; permissionSetId?: string | number | null; seats: string[]; status: string; contactRoles?: string[]; setupLink?: string }
export interface Token { id: string | number; name: string; scopes: string[]; createdAt: string; lastUsedAt: string | null; hint?: string; token?: string }
export interface AccountSettings { name: string; timeZone: string; currency: string; kind?: string; location?: string; status?: string; subscriptions: { product: string; tier: string }[]; sensitive: boolean; id?: string | number }
export interface ContactHolder { userId: string | null; email: string; name: string | null; status: string | null }
export interface ContactRole { role: string; holders: ContactHolder[]; holdersMax: number; fromOrganization: boolean }
export interface CompanyInfo {
  legalName: string;
  address: string;
  vatId: string;
  notPrinted: string;
  contacts: ContactRole[];
  notices: { notice: string; roles: string[]; isDefault: boolean }[];
  confirmedAt: string | null;
  confirmationDue: boolean;
  canEdit: boolean;
}
export interface Disclosure {
  id: string;
  at: string;
  viewer: string;
  tokenId: string | null;
  viewerAccount: string;
  objectType: string;
  recordId: string | number;
  recordName: string | null;
  recordErased: boolean;
  nItems: number;
  items: { objectType: string; n: number; ids: string[] }[];
  masked: string[];
  connectionId: string | number;
}
export interface SessionRow { id: string; createdAt: string; lastSeenAt: string; userAgent: string | null; address: string | null; current: boolean; singleSignOn?: boolean }
export interface Passkey { id: string | number; name: string; createdAt: string; lastUsedAt: string | null }

export type EdgeState = 'on' | 'off' | 'blocked';
export interface Edge { feature: string; source: string | number; destination: string | number; state: EdgeState; reason?: string | null; openedBy?: string | null; openedAt?: string | null; terms?: Terms | null; approvedBy?: string | null; approvedAt?: string | null; reviewDue?: boolean }
/** On which terms an edge is open. */
export interface Terms { purpose: string | null; legalBasis: string | null; legalBasisText: string | null; customers: string[]; types: string[]; dealPipelines: string[] | null; fields: string[] | null; masked: string[]; reviewOn: string | null }
export interface Barred { feature: string; as: 'source' | 'destination'; reason: string }
export interface ConnectionRules { newConnections: 'one_way' | 'two_way'; terms: 'required' | 'optional'; sensitive: 'account' | 'fields' }
export interface Connection { id: string | number | null; accountIds: (string | number)[]; edges: Edge[] }
export interface Member { accountId: string | number; name: string; location: string; sensitive: boolean; status?: string; subscriptions: { product: string; tier: string }[] | string[]; joinedAt: string; manages?: boolean; stops?: boolean; barred?: Barred[]; frozenUntil?: string; frozenReason?: string }
export interface Organization {
  id: string | number;
  name: string;
  state: string;
  version: number;
  anchorAccountId: string | number | null;
  unmanageable: boolean;
  canManage: boolean;
  canEditConnections: boolean;
  /** Whether the account one works in may be taken out of it. */
  canWithdraw: boolean;
  canReadLog?: boolean;
  hasRoles?: boolean;
  /** Who has to agree before a change lets more pass. */
  approval?: 'one' | 'two';
  /** While nothing holds the organization up: until when it waits. */
  graceUntil?: string;
  /** All of a small organization; the first of a large one. */
  members: Member[];
  nMembers: number;
  connections: Connection[];
  features?: { feature: string; used: boolean }[];
  connectionRules?: ConnectionRules;
  nConnections: number;
}
export interface Candidate { accountId: string | number; name: string; eligible: boolean; reasons: string[] }

export interface ProductTier { product: string; tier: string }
export interface PricedLine extends ProductTier { price: string }
export interface PaidSubscription { term: string; currency: string; lines: PricedLine[]; termStart: string; termEnd: string; autoRenew: boolean; next: PricedLine[] | null; nextTerm: string | null; becomes: ProductTier[]; endedAt: string | null }
export interface PlacedOrder { id: string; at: string; term: string; before: ProductTier[]; now: ProductTier[]; later: ProductTier[] | null; termEnd: string; invoice: number | null }
export interface Billing { subscription: PaidSubscription | null; tiers: ProductTier[]; prices: { currency: string; annualMonths: number; monthly: PricedLine[] }; orders: PlacedOrder[] }
export interface BilledItem extends ProductTier { isRest: boolean; amount: string }
export interface OrderPlan { now: ProductTier[]; later: ProductTier[] | null; termEnd: string; currency: string; charges: BilledItem[]; net: string; vat: string; total: string }
export interface Invoice { number: number; name: string; issuedAt: string; dueAt: string; paidAt: string | null; because: string; from: string; until: string; currency: string; items: BilledItem[]; net: string; vat: string; total: string }
