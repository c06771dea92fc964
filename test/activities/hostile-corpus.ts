/**
 * Addresses that a stranger may name and that lead, or may lead, to what is not a public https server: for what fetches
 * references and for what posts webhooks.
 */

/** One of every range that is not public: this machine, networks of companies and carriers, metadata of clouds, tests, multicast, reserved. */
const PRIVATE = [
  '127.0.0.1',
  '127.255.255.254',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '169.254.170.2',
  '100.100.100.200',
  '100.64.0.1',
  '0.0.0.0',
  '192.0.0.192',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
];

/** All ways to write an IPv4 address that a URL parser, a resolver or a gateway takes for it. */
function waysToWrite(address: string): readonly string[] {
  const parts = address.split('.').map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = parts;
  const number = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (part: number) => part.toString(16).padStart(2, '0');
  const pair = (high: number, low: number) => (high * 256 + low).toString(16);
  const inSix = `${pair(a, b)}:${pair(c, d)}`;
  const inverted = `${pair(255 - a, 255 - b)}:${pair(255 - c, 255 - d)}`;
  return [
    address,
    `${address}.`,
    String(number),
    `0x${number.toString(16)}`,
    `0${number.toString(8)}`,
    parts.map((part) => `0x${hex(part)}`).join('.'),
    parts.map((part) => `0${part.toString(8)}`).join('.'),
    `${String(a)}.${String((b * 256 + c) * 256 + d)}`,
    `${String(a)}.${String(b)}.${String(c * 256 + d)}`,
    `[::ffff:${address}]`,
    `[::ffff:${inSix}]`,
    `[::${address}]`,
    `[64:ff9b::${inSix}]`,
    `[64:ff9b:1::${inSix}]`,
    `[2002:${inSix}::1]`,
    `[2001:0:4136:e378:8000:63bf:${inverted}]`,
  ];
}

const SPECIAL = [
  ...[
    '[::1]',
    '[::]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[fec0::1]',
    '[ff02::1]',
    '[2001:db8::1]',
  ],
  ...['[0:0:0:0:0:0:0:1]', '[::ffff:0:127.0.0.1]', '[100::1]', '[2001:10::1]', '[4000::1]', '[5f00::1]'],
  // With a scope, brackets that do not close, and what no parser should take.
  ...[
    '[fe80::1%25eth0]',
    '[fe80::1%eth0]',
    '[::1',
    '127.0.0.1:99999',
    '256.256.256.256',
    '1.2.3.4.5',
    '0x100000000',
  ],
  // Digits and letters that IDNA makes into others, and what it does not take.
  ...['①②⑦.⓪.⓪.①', '１２７.０.０.１', '127。0。0。1', '⑯⑨。②⑤④。⑯⑨｡②⑤④', 'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ', 'ｌｏｃａｌｈｏｓｔ'],
  ...['a\u0000b.test', 'exa mple.test', 'xn--a', '[::1]evil.test', '127.0.0.1%00.test', 'a<b>.test', ''],
].map((host) => `https://${host}/picture.png`);

/** Names that lead to what their resolver says, which is not public. */
const NAMES = [
  ...[
    'localhost',
    'localhost.',
    'LOCALHOST',
    'sub.localhost',
    'localhost.localdomain',
    'ip6-localhost',
    'broadcasthost',
  ],
  ...[
    'metadata',
    'metadata.google.internal',
    'metadata.google.internal.',
    'instance-data',
    'kubernetes.default.svc',
  ],
  ...[
    '127.0.0.1.nip.test',
    '169-254-169-254.sslip.test',
    'db.internal',
    'host.docker.internal',
    'rebind.test',
  ],
].map((host) => `https://${host}/`);

export const SCHEMES = [
  ...[
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_INFO',
    'data:image/png,x',
  ],
  ...[
    'javascript:alert(1)',
    'blob:https://example.com/x',
    'ws://example.com/',
    'wss://example.com/',
    'dict://127.0.0.1:11211/',
  ],
  ...[
    'ldap://example.com/',
    'jar:https://example.com!/',
    'view-source:https://example.com/',
    'about:blank',
    '//example.com/',
    '/etc/passwd',
  ],
  ...['https:', 'example.com', '', 'unix:/var/run/docker.sock'],
];

export const USERINFO = ['user@', 'user:secret@', ':secret@', 'example.com@', 'https%3A@'].map(
  (userinfo) => `https://${userinfo}example.com/`,
);

export const PORTS = [
  1, 21, 22, 23, 25, 53, 80, 110, 143, 389, 445, 465, 587, 993, 1433, 2375, 3306, 3389, 5060, 5432, 6379,
  6667,
].map((port) => `https://example.com:${String(port)}/`);

export const HOSTILE = [
  ...PRIVATE.flatMap(waysToWrite).map((host) => `https://${host}/picture.png`),
  ...['127.0.0.1:443', '169.254.169.254:8443', '[::1]:8443'].map((host) => `https://${host}/`),
  ...[
    'https:\\\\127.0.0.1\\',
    'https:127.0.0.1',
    'https:///127.0.0.1/',
    ' https://127.0.0.1/ ',
    'https://127.0.0.1#@example.com/',
  ],
  ...SPECIAL,
  ...NAMES,
  ...SCHEMES,
  ...USERINFO,
  ...PORTS,
];

export const GOOD = [
  ...[
    'https://example.com/a.png',
    'https://example.com./a.png',
    'https://EXAMPLE.com:443/a',
    'https://cdn.example.com:8443/a?b=c#d',
  ],
  ...[
    'https://93.184.215.14/a.png',
    'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/a',
    'https://bücher.example/a',
    'https://例え.テスト/絵.png',
  ],
  ...[
    'https://example.com/@user',
    'https://example.com/?u=http://127.0.0.1/',
    'https://xn--bcher-kva.example/',
    'https://8.8.8.8:9443/',
  ],
];
