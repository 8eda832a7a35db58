/**
 * What names from the host may say: devices, interfaces, mount points, models, versions. Where such a name is
 * chosen by people (a volume group, a folder below /mnt, an interface) it can hold anything, so only the kernel's
 * and the distributions' own names pass; `*` stands for all others. Each function leaves its own answers unchanged.
 */

const MASK = '*';

/** Names that the kernel gives: disks, their partitions, software RAID, device mapper by number. */
const DEVICE =
  /^(?:(?:sd|vd|xvd|hd)[a-z]{1,3}[0-9]{0,3}|nvme[0-9]{1,3}n[0-9]{1,3}(?:p[0-9]{1,3})?|mmcblk[0-9]{1,2}(?:p[0-9]{1,3})?|dasd[a-z]{1,3}[0-9]?|md[0-9]{1,3}|dm-[0-9]{1,4}|loop[0-9]{1,3}|zram[0-9]{1,2}|overlay|tmpfs|rootfs)$/;

/** `/dev/sda1` and `sda1` are `sda1`; a volume's own name is `*`. */
export function cleanDevice(name: string): string {
  const short = name.startsWith('/dev/') ? name.slice(5) : name;
  return DEVICE.test(short) ? short : MASK;
}

/**
 * Names by kind and number or by place in the machine (`eth0`, `enp3s0f1`, `ens18`, `bond0.100`). `enx…` and `wlx…`
 * hold the hardware address and are `*`.
 */
const INTERFACE =
  /^(?:(?:eth|en|wlan|bond|team|ib|tun|tap|wg|br|virbr|docker|venet|usb|wwan|ppp)[0-9]{1,3}|(?:en|wl|ww|ib)(?:P[0-9]{1,4})?(?:o[0-9]{1,3}|s[0-9]{1,3}(?:f[0-9]{1,3})?(?:[dn][a-z0-9]{1,4})?|p[0-9]{1,3}s[0-9]{1,3}(?:f[0-9]{1,3})?(?:[dn][a-z]{0,2}[0-9]{1,3})?))(?:\.[0-9]{1,4})?$/;

export function cleanInterface(name: string): string {
  return INTERFACE.test(name) ? name : MASK;
}

/** Folders of the file system hierarchy standard and of usual software; everything else is a person's word. */
const PATH_WORDS = new Set(
  `boot efi home root var lib lib64 log tmp usr opt srv mnt media data run snap local share cache spool mail www html
   docker containerd containers kubelet overlay2 volumes postgresql mysql mariadb mongodb redis elasticsearch
   rabbitmq kafka prometheus grafana backup backups swap dev shm etc proc sys app apps storage db database databases
   disk disks ssd nvme ebs efs work workspace scratch nfs host rootfs sysroot ostree nix store`.split(
    /\s+/,
  ),
);

/** `/var/lib/postgresql`; segments that are not known words are `*`, at most eight of them. */
export function cleanMountpoint(path: string): string {
  if (!path.startsWith('/')) return MASK;
  if (path === '/') return path;
  const segments = path.split('/').slice(1);
  const kept = segments.slice(0, 8).map((one) => (PATH_WORDS.has(one) ? one : MASK));
  return `/${kept.join('/')}`;
}

/** File systems that lie on this host; the network's are not asked, because a dead server would hold us up. */
export const LOCAL_FILE_SYSTEMS: ReadonlySet<string> = new Set(
  'ext2 ext3 ext4 xfs btrfs zfs f2fs jfs reiserfs bcachefs vfat exfat ntfs ntfs3 ufs overlay'.split(
    ' ',
  ),
);

const CPU_MAKERS =
  /^(?:AMD|Intel(?:\(R\))?|Intel|ARM|ARMv[0-9]|Apple|Ampere|AWS|Cortex-[A-Z][0-9]{1,3}|Neoverse-[A-Z][0-9]|QEMU|Common|Virtual|Westmere|SandyBridge|IvyBridge|Haswell|Broadwell|Skylake|Cascadelake|Icelake|Opteron|EPYC|POWER[0-9]{1,2}|Hygon|VIA|Genuine)$/;
/** Series, generations and clock rates: `7R13`, `i7-8700K`, `E5-2686`, `2.30GHz`, `v4`, `16-Core`. */
const CPU_WORD =
  /^(?:EPYC|EPYC-[A-Z][a-z]{2,8}|Ryzen|Threadripper|Opteron\(tm\)|Athlon|Phenom|FX|Xeon|Xeon\(R\)|Core|Core\(TM\)|Pentium|Pentium\(R\)|Celeron|Celeron\(R\)|Atom|Atom\(TM\)|Platinum|Gold|Silver|Bronze|Max|Pro|Ultra|CPU|Processor|@|Graviton[0-9]?|Altra|KVM|Virtual|version|generation|Gen|Radeon|Graphics|with|(?:[0-9]{1,2}th|[0-9]{1,3}-Core|[0-9]\.[0-9]{1,2}GHz|v[0-9]|[A-Z]{0,2}[0-9]{1,2}-[0-9]{3,5}[A-Z]{0,3}|[A-Z]?[0-9][0-9A-Z]{1,5}\+?|[0-9](?:\.[0-9]+){0,2}|m[0-9]|i[3579](?:-[0-9]{3,5}[A-Z]{0,3}[0-9]?)?))$/;

/** `AMD EPYC 7R13 Processor`: words that makers use; others, which a hypervisor's owner may set, are `*`. */
export function cleanCpuModel(model: string): string {
  const words = model.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return '';
  if (!words.some((word) => CPU_MAKERS.test(word))) return MASK;
  return words
    .slice(0, 12)
    .map((word) => (CPU_MAKERS.test(word) || CPU_WORD.test(word) ? word : MASK))
    .join(' ');
}

export const CPU_VENDORS: readonly string[] = [
  'GenuineIntel',
  'AuthenticAMD',
  'HygonGenuine',
  'CentaurHauls',
  'ARM',
  'Apple',
  'Ampere',
  'IBM',
];

/** `NAME` of os-release of the distributions in use. */
const DISTRIBUTIONS = new Set([
  'Debian GNU/Linux',
  'Ubuntu',
  'Alpine Linux',
  'Amazon Linux',
  'Amazon Linux AMI',
  'Arch Linux',
  'AlmaLinux',
  'Rocky Linux',
  'CentOS Linux',
  'CentOS Stream',
  'Fedora',
  'Fedora Linux',
  'Red Hat Enterprise Linux',
  'Red Hat Enterprise Linux Server',
  'Oracle Linux Server',
  'SLES',
  'openSUSE Leap',
  'openSUSE Tumbleweed',
  'Linux Mint',
  'Kali GNU/Linux',
  'Raspbian GNU/Linux',
  'Gentoo',
  'NixOS',
  'Photon',
  'VMware Photon OS',
  'Flatcar Container Linux by Kinvolk',
  'Bottlerocket',
  'Container-Optimized OS',
  'Wolfi',
  'Void',
  'Microsoft Azure Linux',
  'Common Base Linux Mariner',
]);

export function cleanDistribution(name: string): string {
  return DISTRIBUTIONS.has(name) ? name : MASK;
}

/** Parts that distributions and clouds add to a kernel's number; a build's own label is `*`. */
const KERNEL_WORDS = new Set(
  `generic amd64 arm64 x86 x86_64 aarch64 i686 686 armv7l ppc64le s390x riscv64 cloud aws azure gcp gke oracle kvm virt
   lts server lowlatency rt raspi linuxkit microsoft standard wsl2 fc amzn1 amzn2 amzn2023 el6 el7 el8 el9 el10 el8_9
   default preempt pve arch1 hardened zen flatcar talos cos bpo deb11 deb12 deb13 rc`.split(/\s+/),
);

/** `6.1.0-18-amd64` */
export function cleanKernelVersion(release: string): string {
  const [head] = /^[0-9]{1,3}(?:\.[0-9]{1,6}){1,4}/.exec(release) ?? [];
  if (head === undefined) return MASK;
  const rest = release.slice(head.length, head.length + 64);
  return (
    head +
    rest
      .split(/([-.+~])/)
      .map((part, at) => (at % 2 === 1 ? part : isKernelPart(part) ? part : MASK))
      .join('')
  );
}

function isKernelPart(part: string): boolean {
  if (part === '' || /^[0-9]{1,6}$/.test(part)) return true;
  return KERNEL_WORDS.has(part.toLowerCase()) || /^(?:rc|fc|el|deb)[0-9]{1,2}$/.test(part);
}

/** `12`, `22.04`, `2023.3.20240131` */
export const OS_VERSION = /^[0-9]{1,4}(?:[._-][0-9]{1,8}){0,3}$/;
/** As the package managers allow them. */
export const PACKAGE_NAME = /^[A-Za-z0-9][A-Za-z0-9+._-]{0,99}$/;
export const PACKAGE_VERSION = /^[A-Za-z0-9][A-Za-z0-9.+~:_^-]{0,63}$/;

export const CPU_MODES: readonly string[] = [
  'user',
  'nice',
  'system',
  'idle',
  'iowait',
  'interrupt',
  'steal',
];
export const MEMORY_STATES: readonly string[] = [
  'used',
  'free',
  'buffers',
  'cached',
  'slab_reclaimable',
];
