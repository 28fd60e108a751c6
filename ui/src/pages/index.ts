/** The pages, each loaded when it is first needed. */
export const layout = () => import('./layout');
export const list = () => import('./list');
export const record = () => import('./record');
export const importing = () => import('./import');
export const organization = () => import('./organization');
export const settings = () => import('./settings');
export const signIn = () => import('./sign-in');
export const signOn = () => import('./sign-on');
export const setup = () => import('./setup');

/** Begins to fetch what an address will show, or what follows the sign-in page. A page that cannot be fetched is reported by whoever shows it. */
export function preload(pathname: string) {
  const [, area, , second, third] = pathname.split('/');
  const wanted: (() => Promise<unknown>)[] = area === 'sign-in' ? [signIn] : area === 'setup' ? [setup] : [layout];
  if (area === 'a') wanted.push(second === 'settings' ? settings : second === 'import' ? importing : second === 'organization' ? organization : third ? record : list);
  for (const page of wanted) page().catch(() => undefined);
}
