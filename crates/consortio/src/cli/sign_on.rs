//! Single sign-on and provisioning, as clap reads them.

use clap::{Args, Subcommand};

/// Whose identity providers or provisioning.
#[derive(Debug, Args)]
pub struct RealmArgs {
    /// Id or name.
    #[arg(long)]
    pub account: String,
    /// Of the account's organization, for members that consented.
    #[arg(long)]
    pub organization: bool,
}

#[derive(Debug, Subcommand)]
pub enum Sso {
    /// Identity providers, their domains, and the redirect address to enter there.
    List {
        #[command(flatten)]
        realm: RealmArgs,
    },
    /// A new identity provider. It signs nobody in before a domain of it is proved.
    Add(SsoAdd),
    /// Ask an identity provider for its addresses and keys.
    Test {
        #[command(flatten)]
        realm: RealmArgs,
        id: String,
    },
    /// Name a domain of addresses the provider is to speak for; prints how it is proved.
    AddDomain {
        #[command(flatten)]
        realm: RealmArgs,
        id: String,
        domain: String,
    },
    /// Vouch, as whoever runs this server, that a domain is theirs.
    VerifyDomain {
        #[command(flatten)]
        realm: RealmArgs,
        id: String,
        domain: String,
    },
    /// Remove an identity provider and end the sessions it began.
    Remove {
        #[command(flatten)]
        realm: RealmArgs,
        id: String,
    },
    /// Let an account be entered by single sign-on only, or not any more.
    Require(SsoRequire),
}

#[derive(Debug, Args)]
pub struct SsoAdd {
    #[command(flatten)]
    pub realm: RealmArgs,
    /// On the button: "Continue with ...".
    #[arg(long)]
    pub label: String,
    /// Such as https://login.example/realms/group; letter by letter as the provider writes it.
    #[arg(long)]
    pub issuer: String,
    #[arg(long)]
    pub client_id: String,
    /// Read the client secret from standard input; without one the client is public.
    #[arg(long)]
    pub secret_stdin: bool,
    /// A value of amr or acr that counts as a second factor [default: mfa]. May be repeated.
    #[arg(long = "factor", value_name = "VALUE")]
    pub factors: Vec<String>,
    /// People whom nobody invited become users of this account, without permissions: id or name.
    #[arg(long, value_name = "ACCOUNT")]
    pub joins: Option<String>,
}

#[derive(Debug, Args)]
pub struct SsoRequire {
    /// Id or name.
    #[arg(long)]
    pub account: String,
    /// The address of a user who may still sign in otherwise; one Super Admin must be. May be repeated.
    #[arg(long, value_name = "EMAIL")]
    pub exempt: Vec<String>,
    /// Ask no more.
    #[arg(long, conflicts_with = "exempt")]
    pub off: bool,
}

#[derive(Debug, Subcommand)]
pub enum Scim {
    /// The address to enter at the identity provider, the tokens, and what the directory's groups give in the account.
    Show {
        /// Id or name of a member.
        #[arg(long)]
        account: String,
    },
    /// A token for the directory of the account's organization. Prints its text, which is nowhere else.
    CreateToken {
        /// Id or name of a member.
        #[arg(long)]
        account: String,
        /// What it is for.
        name: String,
    },
    /// Take a token's right away.
    RevokeToken {
        /// Id or name of a member.
        #[arg(long)]
        account: String,
        id: String,
    },
    /// Let the directory of the organization add, change and deactivate users of an account, or not any more.
    Consent {
        /// Id or name.
        #[arg(long)]
        account: String,
        /// Not any more. Users stay as they are.
        #[arg(long)]
        off: bool,
    },
    /// Let members of a group into an account that consents, or change what they get.
    Grant(ScimGrant),
    /// Close a grant: who has the account by this group alone loses it.
    Close {
        /// Id or name.
        #[arg(long)]
        account: String,
        /// Id or name of the group.
        group: String,
    },
}

#[derive(Debug, Args)]
pub struct ScimGrant {
    /// Id or name.
    #[arg(long)]
    pub account: String,
    /// Id or name of the group.
    pub group: String,
    /// Make them Super Admins.
    #[arg(long, conflicts_with = "permission_set")]
    pub super_admin: bool,
    /// Id or name of the permission set they get; without one, what every user may.
    #[arg(long, value_name = "SET")]
    pub permission_set: Option<String>,
    /// core, sales, service or view_only. May be repeated.
    #[arg(long = "seat", value_name = "SEAT")]
    pub seats: Vec<String>,
}
