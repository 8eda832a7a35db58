/**
 * The closed vocabulary of path segments: words that name a kind of thing or an action in APIs and pages, never
 * one particular thing. A segment outside of it is written as `*`. Names of people, places, brands and anything
 * that a user could have chosen have no place here.
 */
const words = new Set(
  `about access accept accounts account actions action activate activity activities add addons address addresses
admin administration admins agents alerts alert analytics announcements answers api apis app apps application
applications approve archive archives articles article assets asset assign assignments attachments attachment
attempts attributes audit auth authenticate authentication authorize authorization authors autocomplete avatar
avatars backup backups balance balances banners basket baskets batch batches begin billing blocks blog blogs board
boards bookings booking bookmarks brands brand broadcast budget budgets build builds bulk business buy cache
calendar calendars callback callbacks calls campaigns campaign cancel capture card cards cart carts cases catalog
catalogs categories category certificates challenge changes change channels channel charges charge chat chats check
checkin checkout checkouts checks claims claim clear click clicks client clients close cloud clusters cluster code
codes collect collections collection comments comment commits companies company compare complete completions
components config configs configuration configurations confirm confirmation connect connections connection
connectors consent consents console contacts contact containers content contents contracts contract conversations
convert copy count counts countries country coupons coupon create credentials credits credit crm css currencies
currency current customers customer customize cycles dashboard dashboards data database databases datasets dates
deactivate debug decline default delete deliveries delivery deployments deployment departments deposits describe
description design details detail devices device diff directory disable discounts discount discover dispatch
disputes docs document documents documentation domains domain donate donations download downloads drafts draft
drivers duplicate edit elements email emails embed embeddings employees employee enable endpoints endpoint engine
enroll entities entity entries entry environments environment error errors estimate estimates evaluate events event
examples exchange execute executions exit expenses experiments explore export exports external faq faqs favicon
favorites features feature feed feedback feeds fees fetch fields field files file filter filters find finish flags
flows flow folders folder follow followers following fonts forgot forgot-password form forms forum forums friends
fulfillments functions function funds gallery games generate generations get gifts global grants graph graphql
graphs groups group guests guide guides handler health healthcheck healthz heartbeat help hidden history home hooks
hook hosts hotels html icons icon identities identity image images img import imports inbox incidents index info
information init initiate ingest inquiries inspect install instances instance integrations integration internal
inventories inventory invitations invite invites invoice invoices issues issue items item jobs job join js json keys
key keywords kinds labels label landing languages language latest layout leads learn leave legal lessons levels
library license licenses like likes limits lines line links link list listings lists live livez load local locale
locales locations location lock log login logout logs lookup magic mail mailbox main manage management manager
manifest map maps mark marketing marketplace markets match matches me media meetings member members membership
memberships memory mentions menu menus merchants merge messages message messaging meta metadata metrics metric
milestones mobile mode models model moderation modules module monitor monitoring months move movies namespaces
network networks new news newsletter next nodes node notes note notification notifications notify numbers oauth
oauth2 objects object offers offer offices open openapi operations operation opportunities options option order
orders organisations organization organizations orgs origin outlets overview owners owner packages package page
pages panel parameters params participants parties partners partner parts passkeys password passwords patch patients
pause pay payload payment payment-intents payment-methods payment_intents payment_methods payments payouts payroll
pending people performance permissions permission persons person phone phones photos photo pick ping pipelines
pipeline places place plans plan platform play players playlists plugins points policies policy polls pools popular
portal positions post posts predict predictions preferences prepare presence press preview previews price prices
pricing print priority privacy private process processes products product profile profiles programs progress
project projects promo promote promotions properties property proposals providers provider proxy public publish
published publishers pull purchase purchases push put quality queries query questions queue queues quick quiz quote
quotes random rates rate rating ratings read ready readiness readyz realtime receipts receive recent
recommendations records record recover redeem redirect referrals refresh refund refunds regions region register
registration registrations registry reject related releases release remove rename render renew replies reply report
reports repos repositories repository request requests reschedule reservations reservation reset reset-password
resource resources response responses rest restaurants restore results result resume retry returns reviews review
revoke rewards roles role root rooms room routes route rpc rules rule run runs salary sales save scan schedule
schedules schema schemas scopes score scores screens script scripts search searches secrets sections section secure
security segments select sell send servers server service services session sessions set settings setup share shared
shares shifts shipment shipments shipping shop shops show sign sign-in sign-out sign-up signals signature
signatures signin signout signup single site sitemap sites skills skip slots snapshots social solutions sources
source spaces stages staff start static stations statistics stats status statuses stop storage store stores stories
stream streams style styles submissions submit subscribe subscribers subscription subscriptions success suggest
suggestions summaries summary suppliers support surveys suspend swagger switch sync system systems table tables
tags tag targets tasks task tax taxes taxonomies team teams templates template tenants terms test tests text themes
threads thumbnail thumbnails tickets ticket time timeline timelines times today token tokens tools topics topic
totals tours trace traces track tracking tracks trade trades traffic training transactions transaction transcripts
transfer transfers translate translations trash trending trial triggers trips types type unlock unread unsubscribe
update updates upgrade upload uploads usage user userinfo users utils vacations validate validation values variables
variants variant vehicles vendors verification verifications verify version versions video videos view views visits
visitors votes vote vouchers wait wallet wallets warehouse warehouses watch web webhook webhooks websocket weeks
welcome widget widgets wiki windows wishlist withdraw withdrawals workers workflow workflows workspaces workspace ws
years zones well-known .well-known openid-configuration robots.txt favicon.ico sitemap.xml manifest.json
openapi.json swagger.json graphql-ws socket.io jwks.json jwks authorize-url introspect
daily weekly monthly yearly hourly by with for from to of all any mine self my us in on at or and`.split(
    /\s+/,
  ),
);

/** `v1`, `v2.1`, `v1beta1`, `v3alpha`. Two digits at most: longer ones are numbers of something. */
const VERSION = /^v[0-9]{1,2}(?:\.[0-9]{1,2})?(?:(?:alpha|beta|rc)[0-9]{0,2})?$/;
const SUFFIXES = new Set([
  'json',
  'xml',
  'html',
  'htm',
  'php',
  'aspx',
  'asp',
  'jsp',
  'do',
  'js',
  'css',
  'txt',
]);
/** The longest word of the list is far shorter. */
const MAX_WORD = 32;

/** The segment as the vocabulary writes it (lower case), or undefined when it is not in there. */
export function knownSegment(segment: string): string | undefined {
  if (segment.length > MAX_WORD) return undefined;
  const lower = segment.toLowerCase();
  if (words.has(lower) || VERSION.test(lower)) return lower;
  const dot = lower.lastIndexOf('.');
  if (dot > 0 && SUFFIXES.has(lower.slice(dot + 1)) && words.has(lower.slice(0, dot))) return lower;
  return undefined;
}
