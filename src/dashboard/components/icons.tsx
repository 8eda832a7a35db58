/** Line icons on a 20 × 20 grid, drawn here: a dozen do not justify a library. */
import type { ReactNode } from 'react';

function icon(children: ReactNode) {
  return function Icon({ size = 18 }: { size?: number }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 20 20"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {children}
      </svg>
    );
  };
}

export const ClockIcon = icon(
  <>
    <circle cx="10" cy="10" r="7.2" />
    <path d="M10 6v4.2l2.8 1.8" />
  </>,
);
export const PauseIcon = icon(<path d="M7.5 5v10M12.5 5v10" />);
export const PlayIcon = icon(<path d="M7 4.8v10.4l8-5.2z" />);
export const SunIcon = icon(
  <>
    <circle cx="10" cy="10" r="3.4" />
    <path d="M10 2.2v1.6M10 16.2v1.6M2.2 10h1.6M16.2 10h1.6M4.5 4.5l1.1 1.1M14.4 14.4l1.1 1.1M4.5 15.5l1.1-1.1M14.4 5.6l1.1-1.1" />
  </>,
);
export const MoonIcon = icon(<path d="M16.6 12.1A7 7 0 0 1 7.9 3.4a7 7 0 1 0 8.7 8.7z" />);
export const UserIcon = icon(
  <>
    <circle cx="10" cy="7" r="3.2" />
    <path d="M3.8 16.8c.7-3 3.2-4.6 6.2-4.6s5.5 1.6 6.2 4.6" />
  </>,
);
export const CopyIcon = icon(
  <>
    <rect x="7" y="7" width="9.5" height="9.5" rx="2" />
    <path d="M4.6 12.8A1.5 1.5 0 0 1 3.5 11.4V5a1.5 1.5 0 0 1 1.5-1.5h6.4a1.5 1.5 0 0 1 1.4 1.1" />
  </>,
);
export const CheckIcon = icon(<path d="m4.5 10.5 3.6 3.6 7.4-8" />);
export const SearchIcon = icon(
  <>
    <circle cx="9" cy="9" r="5.2" />
    <path d="m13 13 3.8 3.8" />
  </>,
);
export const CloseIcon = icon(<path d="m5.5 5.5 9 9M14.5 5.5l-9 9" />);
export const WarnIcon = icon(<path d="M10 3.2 17.6 16.4H2.4zM10 8.2v3.4M10 13.9v.1" />);
export const InfoIcon = icon(
  <>
    <circle cx="10" cy="10" r="7.2" />
    <path d="M10 9.2v4.3M10 6.5v.1" />
  </>,
);
export const BackIcon = icon(<path d="M12 4.5 6.5 10l5.5 5.5" />);
export const RepeatIcon = icon(
  <path d="M4 9V8a3 3 0 0 1 3-3h8M12.5 2.5 15 5l-2.5 2.5M16 11v1a3 3 0 0 1-3 3H5M7.5 17.5 5 15l2.5-2.5" />,
);
export const ZoomOutIcon = icon(
  <>
    <circle cx="9" cy="9" r="5.2" />
    <path d="m13 13 3.8 3.8M6.8 9h4.4" />
  </>,
);
export const ColumnsIcon = icon(<path d="M3.5 4.5h13v11h-13zM8 4.5v11M12.2 4.5v11" />);
export const DownloadIcon = icon(<path d="M10 3.5v9M6.2 9 10 12.8 13.8 9M4 16.2h12" />);
export const EditIcon = icon(<path d="m4 16 .8-3.4 8.6-8.6 2.6 2.6-8.6 8.6zM11.6 5.8l2.6 2.6" />);
export const CompareIcon = icon(<path d="M6.5 4v12M3.5 7l3-3 3 3M13.5 16V4M10.5 13l3 3 3-3" />);
