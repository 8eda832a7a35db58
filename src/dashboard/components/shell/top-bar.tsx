import { ActionIcon, Menu, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useLocation, useNavigate, useSearchParams } from 'react-router';
import type { Session } from '../../../server/api-types.js';
import { api } from '../../api/client.js';
import { rangeSearch } from '../../format/range.js';
import { displayName } from '../../format/hostile.js';
import { formatMoment } from '../../format/time.js';
import { MoonIcon, SunIcon, UserIcon } from '../icons.js';
import { Logo } from '../logo.js';
import { RangePicker } from './range-picker.js';
import { RefreshControl } from './refresh-control.js';
import classes from './shell.module.css';
import { useShortcutsEnabled } from './shortcuts.js';

function ColorSchemeToggle() {
  // Otherwise Mantine adds a style element for a moment, which the page's policy forbids.
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const dark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark';
  const label = dark ? 'Use light colours' : 'Use dark colours';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={label}
      title={label}
      onClick={() => setColorScheme(dark ? 'light' : 'dark')}
    >
      {dark ? <SunIcon /> : <MoonIcon />}
    </ActionIcon>
  );
}

function UserMenu({ session }: { session: Session }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [shortcuts, setShortcuts] = useShortcutsEnabled();
  async function logout(): Promise<void> {
    // Whatever the server says, this browser shows nothing of it any more.
    await api.logout().catch(() => undefined);
    await navigate('/login?reason=logged-out', { replace: true });
    client.clear();
  }
  return (
    // Within the page's head, and without Mantine's focusable filler, which no menu may own.
    <Menu
      position="bottom-end"
      width={250}
      withinPortal={false}
      withInitialFocusPlaceholder={false}
    >
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Account" title="Account">
          <UserIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {displayName(session.user.name, 60)} · {session.user.role} of{' '}
          {displayName(session.tenant.name, 60)}
          <br />
          Session until {formatMoment(session.expiresAtMs)}
        </Menu.Label>
        <Menu.Item onClick={() => setShortcuts(!shortcuts)} closeMenuOnClick={false}>
          {shortcuts ? 'Switch single-key shortcuts off' : 'Switch single-key shortcuts on'}
          <span className={classes['keys']}>
            <kbd>/</kbd> filter · <kbd>r</kbd> refresh · <kbd>↑</kbd> <kbd>↓</kbd> rows
          </span>
        </Menu.Item>
        <Menu.Item onClick={() => void logout()}>Log out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const PAGES: readonly { path: string; title: string; alsoBelow?: string }[] = [
  { path: '/', title: 'Services', alsoBelow: '/services/' },
  { path: '/hosts', title: 'Hosts', alsoBelow: '/hosts/' },
  { path: '/privacy', title: 'Privacy' },
];

export function TopBar({ session }: { session: Session }) {
  const [params] = useSearchParams();
  const { pathname } = useLocation();
  return (
    <header className={classes['bar']}>
      <div className={classes['inner']}>
        <Link
          to={`/${rangeSearch(params)}`}
          className={classes['brand']}
          aria-label="Retrace: all services"
        >
          <Logo /> Retrace
        </Link>
        <nav className={classes['pages']} aria-label="Pages">
          {PAGES.map(({ path, title, alsoBelow }) => (
            <Link
              key={path}
              to={`${path}${rangeSearch(params)}`}
              aria-current={
                pathname === path
                  ? 'page'
                  : alsoBelow !== undefined && pathname.startsWith(alsoBelow)
                    ? 'true'
                    : undefined
              }
            >
              {title}
            </Link>
          ))}
        </nav>
        <span className={classes['tenant']} dir="auto">
          {displayName(session.tenant.name, 60)}
        </span>
        <div className={classes['tools']}>
          <RefreshControl />
          <RangePicker />
          <ColorSchemeToggle />
          <UserMenu session={session} />
        </div>
      </div>
    </header>
  );
}
