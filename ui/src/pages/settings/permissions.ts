/** The codes of a permission set: `contacts.view.everything` for records, `import` for named rights. */
export const DEEDS = ['view', 'edit', 'delete'] as const;
export type Deed = (typeof DEEDS)[number];
export const WIDTHS = ['none', 'owned', 'team', 'everything'] as const;
export type Width = (typeof WIDTHS)[number];
export const NAMED = ['mirroring.view', 'import', 'export', 'users.manage', 'settings.manage', 'definitions.manage', 'tokens.manage', 'audit.view', 'records.erase'] as const;
/** What is logged on timelines is given together: its pages are those of the records it is about. */
export const activities = ['notes', 'calls', 'emails', 'meetings'] as const;
const TYPES = ['contacts', 'companies', 'deals', 'tickets', 'tasks', ...activities];

/** How far a deed reaches. */
export function widthOf(codes: readonly string[], type: string, deed: Deed): Width {
  const code = codes.find((one) => one.startsWith(`${type}.${deed}.`));
  return WIDTHS.find((width) => width === code?.split('.')[2]) ?? 'none';
}

/** The codes with another reach of a deed on some types. */
export function withWidth(codes: readonly string[], types: readonly string[], deed: Deed, width: Width): string[] {
  const others = codes.filter((code) => !types.some((type) => code.startsWith(`${type}.${deed}.`)));
  return width === 'none' ? others : [...others, ...types.map((type) => `${type}.${deed}.${width}`)];
}

/** What a new set begins with: seeing and editing everything. */
export function codesOf(): string[] {
  return TYPES.flatMap((type) => [`${type}.view.everything`, `${type}.edit.everything`]);
}
