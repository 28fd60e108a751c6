//! Step-up: what is hard to undo asks for a fresh second factor, shown for that one act.
//!
//! ```text
//!   begin(act, subject) -> finish(factor) -> proof -> the act itself, once, within minutes
//! ```

use crate::cx::Cx;
use crate::error::{Error, Kind, Result};
use store::WriteTx;
use store::step_up::Proof;

/// Spends a proof in the transaction of the act it proves. `subject` is what the act is done to, as the act defines it; the
/// refusal names both, so that whoever asked knows what to prove.
pub async fn spend(tx: &mut WriteTx, cx: &Cx, act: &'static str, subject: &str, proof: Option<&str>) -> Result<()> {
    let needed = || {
        Error::new(Kind::StepUpNeeded, "STEP_UP_NEEDED", format!("a fresh second factor is needed for {act} on \"{subject}\""))
            .with("act", act)
            .with("subject", subject)
    };
    let (Some(person), Some(text)) = (cx.person, proof) else { return Err(needed()) };
    let proof = Proof { hash: crate::secret::hash(text), person: person.id, act: act.to_owned(), subject: subject.to_owned() };
    if store::step_up::spend(tx, &proof, cx.now).await? { Ok(()) } else { Err(needed()) }
}
