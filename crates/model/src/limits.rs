//! Every limit of the product, with its reason. A limit that is not here does not exist, which is a bug.

/// Records of one list page. HubSpot's limit; clients ask for no more.
pub const LIST_PAGE_MAX: usize = 100;
/// Records of one list page with history: a record's history can be long. HubSpot's limit.
pub const LIST_PAGE_WITH_HISTORY_MAX: usize = 50;
/// Records of one search page. HubSpot's limit.
pub const SEARCH_PAGE_MAX: usize = 200;
/// Inputs of one object batch. HubSpot's limit.
pub const BATCH_MAX: usize = 100;
/// Inputs of one association batch read, and create. HubSpot's limits.
pub const ASSOCIATION_READ_MAX: usize = 1_000;
/// See [`ASSOCIATION_READ_MAX`].
pub const ASSOCIATION_CREATE_MAX: usize = 2_000;
/// Links of one record shown on a page of associations.
pub const ASSOCIATION_PAGE_MAX: usize = 500;
/// Filter groups of a search: the largest HubSpot ever documented.
pub const FILTER_GROUPS_MAX: usize = 10;
/// Filters of one group.
pub const FILTERS_PER_GROUP_MAX: usize = 25;
/// Filters of one search in all.
pub const FILTERS_MAX: usize = 100;
/// Values of one IN filter: more would make the statement larger than SQLite's default of 32,766 parameters.
pub const FILTER_VALUES_MAX: usize = 1_000;
/// Values of all IN filters of a search: SQLite binds at most 32,766 parameters in one statement.
pub const SEARCH_VALUES_MAX: usize = 10_000;
/// Characters of a free-text query and of a filter value. HubSpot: 3,000.
pub const QUERY_CHARS_MAX: usize = 3_000;
/// Bytes of a JSON body: HubSpot's batches of 100 with long notes stay below it.
pub const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of an uploaded import file: a million rows of 20 columns are about 200 MB.
pub const IMPORT_FILE_BYTES_MAX: usize = 1024 * 1024 * 1024;
/// Rows of one import file.
pub const IMPORT_ROWS_MAX: usize = 5_000_000;
/// Columns of one import file: HubSpot's 1,000 custom properties.
pub const IMPORT_COLUMNS_MAX: usize = 1_000;
/// Bytes of one field of an import file, the longest note we take.
pub const IMPORT_FIELD_BYTES_MAX: usize = 65_536 * 4;
/// Bytes of one row of an import file: what is longer is a quotation mark that is never closed.
pub const IMPORT_RECORD_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Lines of one row of an imported file: a quoted field may have many, one that is never closed must not take the rest with it.
pub const IMPORT_RECORD_LINES_MAX: usize = 1_000;
/// Imports shown in a list.
pub const IMPORTS_LISTED_MAX: usize = 200;
/// Users of one account that can be named as owners by their address in an import.
pub const USERS_LISTED_MAX: usize = 10_000;
/// Failed rows kept per import; what comes after is only counted.
pub const IMPORT_ERRORS_MAX: usize = 100_000;
/// Characters of one property value. HubSpot: 65,536.
pub const VALUE_CHARS_MAX: usize = 65_536;
/// Properties one record can hold.
pub const PROPERTIES_PER_RECORD_MAX: usize = 2_000;
/// Custom properties of one object type. HubSpot: 1,000.
pub const CUSTOM_PROPERTIES_MAX: usize = 1_000;
/// Options of one enumeration.
pub const OPTIONS_MAX: usize = 5_000;
/// Properties with unique values per type. HubSpot: 10.
pub const UNIQUE_PROPERTIES_MAX: usize = 10;
/// Stages of one pipeline. HubSpot: 100.
pub const STAGES_MAX: usize = 100;
/// Pipelines of one object type. HubSpot: 100 on Enterprise.
pub const PIPELINES_MAX: usize = 100;
/// Characters of a name of anything a person names.
pub const NAME_CHARS_MAX: usize = 255;
/// Secondary e-mail addresses of a contact.
pub const SECONDARY_EMAILS_MAX: usize = 250;
/// Additional domains of a company by which it is recognized.
pub const ADDITIONAL_DOMAINS_MAX: usize = 250;
/// Records that can have become one. HubSpot's limit.
pub const MERGED_MAX: usize = 250;
/// Contacts and subsidiaries whose company a merge changes, each with a change of its own in one transaction.
pub const MERGE_FOLLOWERS_MAX: usize = 10_000;
/// Companies above a company, parent over parent: deeper than any group, and where a walk up ends that meets a loop.
pub const COMPANY_LEVELS_MAX: usize = 100;
/// Hops of a causal chain across accounts before it counts as a loop.
pub const HOPS_MAX: u8 = 3;
/// Changes a consumer reads at once.
pub const FEED_PAGE_MAX: usize = 200;
/// Changes a consumer passes over in one look when none of them concerns it.
pub const FEED_WINDOW_MAX: usize = 20_000;
/// Changes one consumer sets aside in one account. A consumer with more is broken: it stands still there until somebody looks.
pub const PARKED_MAX: usize = 1_000;
/// Newest activities and deals of a record that its rollups look at: an index range, read in some 50 ms
/// on SQLite and 150 ms on PostgreSQL.
pub const ROLLUP_ITEMS_MAX: usize = 100_000;
/// Newest deals of a record whose amounts are summed.
pub const ROLLUP_DEALS_MAX: usize = 10_000;
/// Earliest meetings and tasks to come among which the next one is looked for.
pub const ROLLUP_UPCOMING_MAX: usize = 100;
/// Records linked to an activity or deal that are computed again when it changes: as many as one batch can link.
pub const ROLLUP_LINKED_MAX: usize = 2_000;
/// Items of a timeline page.
pub const TIMELINE_PAGE_MAX: usize = 100;
/// Matching records of one source shown in a mirrored view: a domain shared by more is not an identity.
pub const MIRROR_MATCHES_MAX: usize = 25;
/// Members of one organization of a self-hosted instance.
pub const ORGANIZATION_MEMBERS_MAX: usize = 10_000;
/// Service tokens of one account.
pub const TOKENS_MAX: usize = 1_000;
/// Permission sets of one account. HubSpot: 100.
pub const PERMISSION_SETS_MAX: usize = 100;
/// Passkeys of one person.
pub const PASSKEYS_MAX: usize = 20;
/// Minutes a step-up proof may be used after the second factor was shown: long enough to finish a dialog.
pub const STEP_UP_MINUTES: i64 = 5;
/// Minutes an unfinished sign-in or an unverified organization lives. Source: scenario 9.
pub const CHALLENGE_MINUTES: i64 = 15;
/// Days a session lives without being used.
pub const SESSION_IDLE_DAYS: i64 = 14;
/// Days a session lives however much it is used: whoever got hold of a cookie does not keep it for ever.
pub const SESSION_DAYS_MAX: i64 = 90;
/// Seconds between two notes that a token or session was used, so that reading does not write.
pub const SEEN_SECONDS: i64 = 60;
/// Milliseconds for which another process may still accept a token that this one revoked.
pub const TOKEN_CACHE_MILLISECONDS: i64 = 1_000;
/// Service tokens remembered in memory; beyond that the memory is emptied.
pub const TOKEN_CACHE_MAX: usize = 10_000;
/// Failed attempts per account name and window before attempts are refused.
pub const ATTEMPTS_MAX: i64 = 10;
/// The window of [`ATTEMPTS_MAX`], in minutes.
pub const ATTEMPTS_WINDOW_MINUTES: i64 = 15;
/// The same per network address, behind which a whole office may sit.
pub const ATTEMPTS_PER_ADDRESS_MAX: i64 = 100;
/// Sign-ins by passkey begun per network address and window; each page of the sign-in begins one.
pub const CEREMONIES_PER_ADDRESS_MAX: i64 = 300;
/// Recovery codes made at once. Ten is what people print.
pub const RECOVERY_CODES: usize = 10;
/// Minutes after a second factor in which further factors may be added without showing it again.
pub const FRESH_FACTOR_MINUTES: i64 = 15;
/// Hours a link for setting up the product or joining an account works.
pub const INVITATION_HOURS: i64 = 72;
/// Characters of an e-mail address. Source: RFC 5321.
pub const EMAIL_CHARS_MAX: usize = 254;
/// Characters kept of what a browser says about itself.
pub const USER_AGENT_CHARS_MAX: usize = 255;
/// Password hashes computed at once: each takes 19 MiB and a core.
pub const HASHINGS_MAX: usize = 4;
/// Characters of a password, at least (NIST SP 800-63B) and at most (so that hashing stays bounded).
pub const PASSWORD_CHARS_MIN: usize = 12;
/// See [`PASSWORD_CHARS_MIN`].
pub const PASSWORD_CHARS_MAX: usize = 200;
/// Characters of the purpose of a connection: a paragraph of a record of processing.
pub const PURPOSE_CHARS_MAX: usize = 1_000;
/// Fields, masked fields and pipelines that the terms of a connection name: each is looked for in every record that passes.
pub const TERMS_FIELDS_MAX: usize = 500;
/// Keys of contacts and companies that one dry run reads, of all accounts together: two accounts of 400,000 contacts each are
/// compared in about a second. Beyond it the count is a lower bound.
pub const DRY_RUN_KEYS_MAX: usize = 1_000_000;
/// Keys of one page of a dry run: a statement of some milliseconds.
pub const DRY_RUN_PAGE: usize = 5_000;
/// Organizations with a review to remind of that one look takes.
pub const REVIEWS_PAGE: usize = 100;
/// Edges of one organization: everyone-with-everyone for 100 accounts and four features, or a hub with 10,000 spokes.
pub const EDGES_MAX: usize = 80_000;
/// Items of one page of an organization's log or of a list of disclosures.
pub const LOG_PAGE_MAX: usize = 100;
/// Billing contacts of one account. HubSpot: 3.
pub const BILLING_CONTACTS_MAX: usize = 3;
/// Days after which it is asked whether the points of contact are still right.
pub const CONTACTS_CONFIRMED_DAYS: i64 = 90;
/// Characters of a company's address: ten long lines.
pub const ADDRESS_CHARS_MAX: usize = 1_000;
/// Characters of a VAT id; the longest in use have 15, and people write spaces and a country.
pub const VAT_ID_CHARS_MAX: usize = 32;
/// Ids of shown records in one disclosure: every item of the largest page; were pages ever larger, their count is still told.
pub const DISCLOSED_IDS_MAX: usize = TIMELINE_PAGE_MAX;
/// Entries of an organization's log read at once when all of it is exported or verified: about half a megabyte.
pub const LOG_EXPORT_PAGE: usize = 1_000;
/// Days of a grace or before a date, in an organization's policy. A year ahead nobody remembers.
pub const POLICY_DAYS_MAX: u64 = 365;
/// Warnings before one date.
pub const POLICY_WARNINGS_MAX: usize = 10;
/// Hours a letter is tried before it is given up. Source: RFC 5321 asks for four to five days; a sign-in link is old by then.
pub const OUTBOX_TRYING_HOURS: i64 = 72;
/// Days a letter is kept in the outbox, whatever became of it: a quarter can be looked through, and no reminder comes twice.
pub const OUTBOX_DAYS: i64 = 180;
/// Letters of one page of the outbox.
pub const OUTBOX_PAGE_MAX: usize = 100;
/// Letters sent in one step, at the same time: as many connections to the mail server.
pub const OUTBOX_SENDING_MAX: usize = 4;
/// Characters kept of what a mail server says.
pub const MAIL_REASON_CHARS_MAX: usize = 500;
/// Roles of an organization that one member has handed out: more is no delegation but a user list.
pub const ROLES_PER_ACCOUNT_MAX: usize = 500;
/// Lapsed roles that are ended in one statement's page.
pub const ROLES_ENDED_AT_ONCE: usize = 200;
/// Things that happened which one letter tells; of more it says how many.
pub const LETTER_EVENTS_MAX: usize = 50;
/// Super Admins who are told for an account that names no contacts.
pub const SUPER_ADMINS_TOLD_MAX: usize = 20;
/// Invoices of one page.
pub const INVOICES_PAGE_MAX: usize = 100;
/// Orders shown of an account, newest first.
pub const ORDERS_LISTED_MAX: usize = 100;
/// Subscriptions looked at in one look for terms that end; the next look has the rest.
pub const TERM_ENDS_MAX: usize = 10_000;
/// Terms of one account ended in one look: five years of months that nobody looked.
pub const TERMS_CAUGHT_UP_MAX: usize = 60;
/// Identity providers of one account or organization.
pub const PROVIDERS_MAX: usize = 20;
/// Domains of one provider.
pub const PROVIDER_DOMAINS_MAX: usize = 100;
/// Characters of an issuer, a client id, a client secret, a value of `acr`.
pub const PROVIDER_TEXT_CHARS_MAX: usize = 512;
/// Characters of a domain. Source: RFC 1035.
pub const DOMAIN_CHARS_MAX: usize = 253;
/// Characters of a provider's name for somebody. Source: OpenID Connect Core 2.
pub const SUBJECT_CHARS_MAX: usize = 255;
/// Seconds a provider's clock may differ from ours.
pub const CLOCK_SKEW_SECONDS: i64 = 120;
/// Minutes between going to a provider and coming back.
pub const SIGN_ON_MINUTES: i64 = 15;
/// Bytes of what a provider answers: discovery, keys, tokens. The largest known key sets have 50 kB.
pub const PROVIDER_REPLY_BYTES_MAX: usize = 256 * 1024;
/// Keys of one provider that are looked at.
pub const PROVIDER_KEYS_MAX: usize = 100;
/// Seconds for which a provider's addresses and keys are remembered.
pub const PROVIDER_KEPT_SECONDS: i64 = 600;
/// Seconds between two looks for a key that is not known: whoever sends wrong tokens does not make us ask.
pub const PROVIDER_KEYS_SECONDS: i64 = 30;
/// Bytes of a file that proves a domain.
pub const PROOF_FILE_BYTES_MAX: usize = 64 * 1024;
/// People exempt from single sign-on in one account.
pub const EXEMPT_MAX: usize = 100;
/// Days within which a deleted organization or a removed member can be restored.
pub const RESTORE_DAYS: i64 = 30;
/// Days an offer of membership waits for its answer.
pub const OFFER_DAYS: i64 = 14;
/// Offers of one organization that wait for an answer, and that one organization makes in a day: nobody can be pestered with more.
pub const OFFERS_WAITING_MAX: usize = 100;
/// See [`OFFERS_WAITING_MAX`].
pub const OFFERS_PER_DAY_MAX: usize = 100;
/// Dates looked ahead to in one organization: a term for each member of a large group.
pub const OUTLOOK_DATES_MAX: usize = 1_000;
/// Members named in the description of an organization; more are asked for page by page.
pub const MEMBERS_SHOWN_MAX: usize = 200;
/// Members of one page.
pub const MEMBERS_PAGE_MAX: usize = 100;
/// Minutes after which an account may ask to sign in again: shorter would interrupt a telephone call, longer than three days
/// is no limit. HubSpot's range.
pub const IDLE_MINUTES_MIN: i64 = 15;
/// See [`IDLE_MINUTES_MIN`].
pub const IDLE_MINUTES_MAX: i64 = 3 * 24 * 60;
/// Hours between asking everybody for a second factor and demanding it. HubSpot's.
pub const SECOND_FACTOR_GRACE_HOURS: i64 = 24;
/// People who need not follow an account's sign-in policy: more would be no policy.
pub const SIGN_IN_EXEMPT_MAX: usize = 100;
/// Minutes somebody may work as another user. HubSpot's.
pub const LOG_IN_AS_MINUTES: i64 = 30;
/// Hours a link works by which a forgotten password is replaced.
pub const RESET_LINK_HOURS: i64 = 4;
/// Links to replace a password asked for per address and per network address in a window: people ask twice, not ten times.
pub const FORGOTTEN_MAX: i64 = 5;
/// Letters that one act writes to users of an account: identifiers taken in one transaction are 256.
pub const LETTERS_AT_ONCE_MAX: usize = 200;
/// Days for which the security history can be looked through. HubSpot's year.
pub const SECURITY_HISTORY_DAYS: i64 = 365;
/// Entries of a security history that one export holds: a year of an account of a thousand people.
pub const SECURITY_EXPORT_MAX: usize = 200_000;
/// Days after which a proposed change expires: a week, weekends and holidays included, is time to find a second person.
pub const PROPOSAL_DAYS: i64 = 7;
/// Changes of one organization that wait for approval at once.
pub const PROPOSALS_OPEN_MAX: usize = 50;
/// Proposals of one list, those that were decided included.
pub const PROPOSALS_LISTED_MAX: usize = 100;
/// Hours between asking for somebody's second factors to be taken away and doing it: she reads her mail within a day, and who
/// lost a telephone can wait that long. Scenario 72.
pub const RESET_NOTICE_HOURS: i64 = 24;
/// Resets of one list, those that are over included.
pub const RESETS_LISTED_MAX: usize = 50;
/// Resets carried out in one step.
pub const RESETS_AT_ONCE: usize = 50;
/// Bytes of an organization as a file: 10,000 members with an edge each way to a hub are about 4 MB.
pub const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Provisioning tokens of one organization that work: one per directory, and one more while a key is changed.
pub const PROVISIONING_TOKENS_MAX: usize = 20;
/// People of one directory: the largest tenants of the providers we know.
pub const PROVISIONED_PEOPLE_MAX: usize = 100_000;
/// Groups of one directory.
pub const PROVISIONED_GROUPS_MAX: usize = 5_000;
/// Members of one group: they are one document.
pub const PROVISIONED_MEMBERS_MAX: usize = 10_000;
/// Characters of one text a directory says: names have no more anywhere else, and addresses have 254.
pub const PROVISIONED_TEXT_CHARS_MAX: usize = NAME_CHARS_MAX;
/// Bytes of what a directory says of one person.
pub const PROVISIONED_DOCUMENT_BYTES_MAX: usize = 16 * 1024;
/// Accounts one group gives.
pub const GRANTS_PER_GROUP_MAX: usize = 500;
/// Resources of one page for a directory, which asks for 100 at most.
pub const PROVISIONED_PAGE_MAX: usize = 200;
/// Resources looked through at once for a filter.
pub const PROVISIONED_SCAN: usize = 1_000;
