/** "Chrome · Linux" from a user-agent line; undefined when it says nothing known. */
export function browserName(agent: string | null | undefined): string | undefined {
  if (!agent) return undefined;
  const browser = [['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari'], ['curl/', 'curl']].find(([sign]) => agent.includes(sign!))?.[1];
  const system = [['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Android', 'Android'], ['Windows', 'Windows'], ['Mac OS', 'macOS'], ['Linux', 'Linux']].find(([sign]) => agent.includes(sign!))?.[1];
  return [browser, system].filter(Boolean).join(' · ') || undefined;
}
