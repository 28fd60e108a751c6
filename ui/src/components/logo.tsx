/** Three companies, one link: the mark. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#146b59" />
      <path d="M16 10.5 9.6 21.2h12.8z" fill="none" stroke="#8fd8c4" strokeWidth="2" />
      <circle cx="16" cy="10" r="3.6" fill="#fff" />
      <circle cx="9.3" cy="21.4" r="3.6" fill="#8fd8c4" />
      <circle cx="22.7" cy="21.4" r="3.6" fill="#f2b866" />
    </svg>
  );
}
