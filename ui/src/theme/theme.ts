import { type CSSVariablesResolver, type MantineColorsTuple, createTheme, rem } from '@mantine/core';

/** The brand's green: calm enough for large areas, dark enough at 7 for white text on it. */
const spruce: MantineColorsTuple = ['#eef8f5', '#dcefe9', '#b6ddd2', '#8ac9b8', '#5fb29d', '#3b9a84', '#1f826c', '#146b59', '#0f5c4e', '#0a463b'];
/** Neutrals with a trace of the brand's green, so that grey surfaces and green accents belong together. */
const gray: MantineColorsTuple = ['#f8f9f8', '#f1f3f2', '#e6e9e8', '#d8dddb', '#b9c1be', '#919c98', '#67736f', '#4c5753', '#323b38', '#1a211f'];
/** The library's red with its filled shades dark enough for white text on them. */
const red: MantineColorsTuple = ['#fff5f5', '#ffe3e3', '#ffc9c9', '#ffa8a8', '#ff8787', '#ff6b6b', '#d93636', '#d12b2b', '#c02424', '#a61e1e'];
const dark: MantineColorsTuple = ['#dde4e1', '#bcc7c3', '#93a19c', '#6f7d78', '#3f4b47', '#2d3734', '#222b28', '#1a211f', '#131917', '#0d1210'];

export const theme = createTheme({
  primaryColor: 'spruce',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  colors: { spruce, gray, red, dark },
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  fontSizes: { xs: rem(12), sm: rem(13), md: rem(14), lg: rem(16), xl: rem(19) },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  headings: {
    fontWeight: '620',
    sizes: {
      h1: { fontSize: rem(22), lineHeight: '1.3' },
      h2: { fontSize: rem(17), lineHeight: '1.35' },
      h3: { fontSize: rem(14.5), lineHeight: '1.4' },
      h4: { fontSize: rem(13), lineHeight: '1.4' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: rem(3), sm: rem(5), md: rem(7), lg: rem(11), xl: rem(16) },
  spacing: { xs: rem(6), sm: rem(10), md: rem(14), lg: rem(20), xl: rem(28) },
  shadows: {
    xs: '0 1px 2px rgba(20,35,30,.06)',
    sm: '0 1px 3px rgba(20,35,30,.08), 0 1px 2px rgba(20,35,30,.04)',
    md: '0 6px 18px -4px rgba(20,35,30,.14), 0 2px 6px rgba(20,35,30,.06)',
    lg: '0 14px 34px -8px rgba(20,35,30,.2)',
  },
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Button: { defaultProps: { size: 'sm' }, vars: (_theme: unknown, props: { size?: string }) => ({ root: { '--button-fz': props.size?.startsWith('compact') || props.size === 'sm' || props.size === undefined ? rem(13) : undefined } }), styles: { label: { fontWeight: 560 } } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' }, vars: (_theme: unknown, props: { variant?: string; color?: string }) => ({ root: { '--ai-color': (props.variant ?? 'subtle') === 'subtle' && (props.color ?? 'gray') === 'gray' ? 'var(--co-quiet)' : undefined } }) },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', checkIconPosition: 'right', comboboxProps: { shadow: 'md' } } },
    MultiSelect: { defaultProps: { size: 'sm', comboboxProps: { shadow: 'md' } } },
    InputWrapper: { styles: { label: { fontWeight: 560, marginBottom: rem(3) }, error: { marginTop: rem(4) } } },
    Modal: { defaultProps: { attributes: { header: { role: 'presentation' } }, centered: false, radius: 'lg', overlayProps: { backgroundOpacity: 0.4, blur: 2 } }, styles: { title: { fontWeight: 640, fontSize: rem(16) } } },
    Popover: { defaultProps: { shadow: 'md', radius: 'md' } },
    Menu: { defaultProps: { shadow: 'md', radius: 'md' } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
    Badge: { defaultProps: { variant: 'light', radius: 'sm' }, styles: { root: { textTransform: 'none', fontWeight: 560, letterSpacing: 0 } } },
    Paper: { defaultProps: { radius: 'lg' } },
    Anchor: { defaultProps: { underline: 'hover' } },
    Table: { defaultProps: { verticalSpacing: 7, horizontalSpacing: 'sm' } },
  },
});

const COLORS = ['spruce', 'gray', 'red', 'pink', 'grape', 'violet', 'indigo', 'blue', 'cyan', 'teal', 'green', 'lime', 'yellow', 'orange'];

/** Text on pale badges and avatars, dark enough to read: the library's own falls short of 4.5:1 for warm colours. */
function readableLight(share: number): Record<string, string> {
  return Object.fromEntries(COLORS.map((color) => [`--mantine-color-${color}-light-color`, `color-mix(in srgb, var(--mantine-color-${color}-9) ${share}%, #000)`]));
}

/** In the dark a badge is a glow of its colour, not a hole. */
function readableDark(): Record<string, string> {
  return Object.fromEntries(
    COLORS.flatMap((color) => [
      [`--mantine-color-${color}-light`, `color-mix(in srgb, var(--mantine-color-${color}-5) ${color === 'gray' ? 16 : 22}%, transparent)`],
      [`--mantine-color-${color}-light-color`, `var(--mantine-color-${color}-${color === 'gray' ? 2 : 3})`],
    ]),
  );
}

/** A red on which white text is readable at any size, in the light and in the dark. */
const danger = { '--mantine-color-red-filled': '#c92a2a', '--mantine-color-red-filled-hover': '#b02525' };

/** Our own surfaces: page, raised card, the dark navigation, lines. */
export const surfaces: CSSVariablesResolver = () => ({
  variables: { '--co-nav': '#0f2a25', '--co-nav-text': '#c9dcd6', '--co-nav-active': '#1b453c', '--co-nav-line': '#23483f' },
  light: {
    '--mantine-color-text': '#17211e', '--mantine-color-default-border': '#c9d1ce', '--mantine-color-default-color': '#25302c',
    '--mantine-color-body': '#ffffff', '--co-page': '#f5f7f6', '--co-card': '#ffffff', '--co-line': '#e1e6e4', '--co-quiet': '#5a6662', '--co-hover': '#f3f6f5',
    '--mantine-color-dimmed': '#5a6662', '--mantine-color-placeholder': '#616e69', ...readableLight(75), '--mantine-color-anchor': '#0f5c4e', '--co-selected': '#e8f4f0', '--mantine-color-error': '#b42318', ...danger,
  },
  dark: {
    '--mantine-color-body': '#171d1b', '--co-page': '#101513', '--co-card': '#171d1b', '--co-line': '#2a3431', '--co-quiet': '#9aa8a3', '--co-hover': '#1e2623',
    '--mantine-color-dimmed': '#9aa8a3', '--mantine-color-placeholder': '#8b9994', '--mantine-color-anchor': '#7fcbb7', '--co-selected': '#1b3530', '--co-nav': '#0b1412', '--co-nav-active': '#193029', '--co-nav-line': '#1c2a26',
    '--mantine-color-error': '#ff8f84', ...readableDark(), ...danger,
  },
});

/** Colours an account is known by. Never the only mark: name and icon stand beside it. */
export const ACCOUNT_COLORS = ['spruce', 'violet', 'pink', 'cyan', 'grape', 'blue', 'indigo', 'orange'] as const;
export type AccountColor = (typeof ACCOUNT_COLORS)[number];

/** The same account has the same colour for everyone and everywhere. */
export function accountColor(accountId: number | string): AccountColor {
  const n = Math.abs(Number(accountId)) || 0;
  return ACCOUNT_COLORS[n % ACCOUNT_COLORS.length]!;
}
